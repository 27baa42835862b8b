import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Holdings } from '@watchpost/gallery/holdings';
import type { RetentionSettings } from './data-class.ts';

export interface EnforceDeps {
  documents: Pick<DocumentStore, 'get' | 'removeOld'>;
  holdings: Pick<Holdings, 'prune'>;
  log: Pick<Logger, 'warn'>;
}

/** Pieces of files outlive their files by this, milliseconds, as packages/convert keeps them: who has begun to load one goes on. */
const graceMs = 600_000;
const longer = (keepMs: number): number => keepMs + graceMs;

/** Who did what, but for changes of people, which the gallery keeps itself. */
const audits = [
  'camera-settings-change',
  'console-log',
  'conversion-audit',
  'feed-decision',
  'personal-audit',
  'quarantine-access',
  'queue-change',
  'restore-consent',
  'restore-log',
  'rule-change',
  'talk-access-audit',
  'violation-decision',
] as const;

/** Documents whose own time is what their setting counts from: by the setting, whatever was right when they were written. */
const byTime: readonly (readonly [kind: string, keepMs: (settings: RetentionSettings) => number | null])[] = [
  ['visit', ({ sightingsMs }) => sightingsMs],
  ['violation', ({ rulesMs }) => rulesMs],
  ['quarantine', ({ rulesMs }) => rulesMs],
  ['quarantine-part', ({ rulesMs }) => longer(rulesMs)],
  ['private-log-entry', ({ talkMs }) => talkMs],
  ['registration', ({ talkMs }) => talkMs],
  ['kept-file', ({ convertMs }) => convertMs],
  ['kept-file-piece', ({ convertMs }) => longer(convertMs)],
  ['receipt', ({ auditMs }) => auditMs],
  ...audits.map((kind) => [kind, ({ auditMs }: RetentionSettings) => auditMs] as const),
];
/** How long documents of this kind are kept after their own time, milliseconds; null: no setting says so. Pure. */
export const keepMsOfKind = (kind: string, settings: RetentionSettings): number | null =>
  byTime.find(([each]) => each === kind)?.[1](settings) ?? null;

/** Of these, one without a date is not done yet. */
const datedOnly = new Set(['receipt']);

/**
 * Removes what is kept longer than the settings say, also what was written when they said more; at most some thousands of each in one call.
 * What has a date of its own that comes earlier goes by that. What cannot be removed now is logged, and holds up nothing else. Resolves to how
 * much was removed.
 */
export async function enforceRetention(
  { documents, holdings, log }: EnforceDeps,
  settings: RetentionSettings,
  keepsCrops: boolean,
  signal: AbortSignal,
): Promise<number> {
  const nowMs = await databaseNow(documents, signal);
  let removed = 0;
  const remove = async (what: string, work: () => Promise<number>): Promise<void> => {
    try {
      removed += await work();
    } catch (err) {
      throwIfAborted(signal);
      log.warn({ err, what }, 'what was kept for longer than the settings say cannot be removed now');
    }
  };
  for (const [kind, keepMsOf] of byTime) {
    const keepMs = keepMsOf(settings);
    if (keepMs === null) continue;
    await remove(kind, async () => documents.removeOld({ kind, beforeMs: nowMs - keepMs, dated: datedOnly.has(kind) }, signal));
  }
  await remove('sightings', async () => holdings.prune({ kind: 'sightings', keepMs: settings.sightingsMs }, signal));
  await remove('records', async () => holdings.prune({ kind: 'records', keepMs: settings.recordsMs }, signal));
  if (!keepsCrops) await remove('crops', async () => holdings.prune({ kind: 'crops' }, signal));
  return removed;
}
