import type { ChannelKey } from '@watchpost/shared/chat/chat';
import { controls } from '@watchpost/shared/text';
import type { Rule } from '../rule.ts';
import { shownId } from './ids.ts';

/** How the ids of channels and authors are shown. */
export type ShowId = (key: ChannelKey) => string;

const detectors = {
  secrets: 'keys and tokens',
  'card-numbers': 'card numbers',
  ibans: 'IBANs',
  'phone-numbers': 'phone numbers',
  'email-addresses': 'e-mail addresses',
} as const;

const happens = {
  report: 'the admins are told',
  quarantine: 'it is removed, and the original is kept for the admins',
  remove: 'it is removed',
} as const;
const would = {
  report: 'the admins would be told',
  quarantine: 'it would be removed, and the original kept for the admins',
  remove: 'it would be removed',
} as const;

/** `keys and tokens`, or the pattern. */
export function describeLook(look: Rule['look']): string {
  return 'detector' in look ? detectors[look.detector] : shownPattern(look.pattern);
}

/** In one line, and without anything that a terminal obeys: as the pattern may be written, too. */
const shownPattern = (pattern: string): string =>
  pattern.replaceAll(controls, (character) => (character === '\n' ? String.raw`\n` : `\\x{${character.charCodeAt(0).toString(16)}}`));

/** `live`, `dry run`, or `disabled`. */
export function describeState({ enabled, dryRun }: Pick<Rule, 'enabled' | 'dryRun'>): string {
  if (!enabled) return 'disabled';
  return dryRun ? 'dry run' : 'live';
}

/** `all channels`, `all channels but C0123`, `C0123, C0456`. */
export function describeScope(scope: Rule['scope'], show: ShowId = shownId): string {
  if (scope.in === 'all') return 'all channels';
  const channels = scope.channels.map(show).join(', ');
  return scope.in === 'some' ? channels : `all channels but ${channels}`;
}

/** What happens to what a rule matches, as a half-sentence: `it is removed`. In dry run: `it would be removed`. */
export function describeAction({ action, dryRun }: Pick<Rule, 'action' | 'dryRun'>): string {
  return (dryRun ? would : happens)[action];
}

/** `AWS keys: AKIA[0-9A-Z]{16} in all channels, text and files: it would be removed (high, dry run)`. */
export function describeRule(rule: Rule, show: ShowId = shownId): string {
  const scanned = { text: 'text only', files: 'files only', both: 'text and files' }[rule.scan];
  const exempt = rule.exempt.length === 0 ? '' : `, ${String(rule.exempt.length)} exempt`;
  const where = `${describeScope(rule.scope, show)}, ${scanned}`;
  return `${rule.name}: ${describeLook(rule.look)} in ${where}: ${describeAction(rule)} (${rule.severity}, ${describeState(rule)}${exempt})`;
}

/** All that is set of a rule, in the order in which it is read; what is not set is left out. */
export function ruleFacts(rule: Rule, show: ShowId = shownId): { label: string; text: string }[] {
  const { name, id, look, scope, scan, action, exempt, severity, description, notice, mostAnHour } = rule;
  const scanned = { text: 'what messages say', files: 'what files contain', both: 'what messages say and files contain' }[scan];
  const facts: [label: string, text: string | null][] = [
    ['name', name],
    ['id', id],
    ['looks for', 'detector' in look ? `${describeLook(look)} (--detector ${look.detector})` : describeLook(look)],
    ['in', describeScope(scope, show)],
    ['scans', scanned],
    ['action', `${action}: ${describeAction({ action, dryRun: false })}`],
    ['state', rule.enabled && rule.dryRun ? 'dry run: only recorded, and reported as what would have happened' : describeState(rule)],
    ['severity', severity],
    ['exempt', exempt.length === 0 ? null : exempt.map(show).join(', ')],
    ['description', description || null],
    ['notice', notice],
    ['removals', action === 'report' ? null : `at most ${String(mostAnHour)} an hour, then it goes back to its dry run`],
  ];
  return facts.flatMap(([label, text]) => (text === null ? [] : { label, text }));
}
