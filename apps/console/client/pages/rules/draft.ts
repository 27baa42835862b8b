import type { RuleRow, SettingsBody } from '../../../src/api/rules/schema.ts';

/** A rule as its form holds it: lists are texts with commas. */
export interface Draft {
  name: string;
  /** Empty: a pattern. */
  detector: string;
  pattern: string;
  scan: RuleRow['scan'];
  scope: RuleRow['scope']['in'];
  channels: string;
  exempt: string;
  action: RuleRow['action'];
  severity: RuleRow['severity'];
  description: string;
  notice: string;
  mostAnHour: string;
  dryRun: boolean;
  /** Whether enough was typed that faults are to be shown. */
  isTouched: boolean;
}

const short = (id: string): string => id.replace(/^slack:/, '');

/** The form of a rule; null: of a new one. Pure. */
export function draftOf(rule: RuleRow | null): Draft {
  if (!rule) {
    const texts = { name: '', detector: '', pattern: '', channels: '', exempt: '', description: '', notice: '', mostAnHour: '100' };
    return { ...texts, scan: 'both', scope: 'all', action: 'report', severity: 'medium', dryRun: true, isTouched: false };
  }
  const { name, look, scan, scope, exempt, action, severity, description, notice, mostAnHour, dryRun } = rule;
  return {
    name,
    detector: 'detector' in look ? look.detector : '',
    pattern: 'pattern' in look ? look.pattern : '',
    scan,
    scope: scope.in,
    channels: (scope.channels ?? []).map(short).join(', '),
    exempt: exempt.map(short).join(', '),
    action,
    severity,
    description,
    notice: notice ?? '',
    mostAnHour: String(mostAnHour),
    dryRun,
    isTouched: true,
  };
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);

/** What the API is to set. Pure. */
export function settingsOf(draft: Draft): SettingsBody {
  const { name, detector, pattern, scan, scope, channels, exempt, action, severity, description, notice, mostAnHour, dryRun } = draft;
  return {
    name,
    look: detector === '' ? { pattern } : { detector },
    scan,
    scope: scope === 'all' ? { in: 'all' } : { in: scope, channels: listOf(channels) },
    exempt: listOf(exempt),
    action,
    severity,
    description,
    notice: notice.trim() === '' ? null : notice,
    mostAnHour: Math.min(100_000, Math.max(1, Math.round(Number(mostAnHour) || 1))),
    dryRun,
  };
}
