import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Holdings } from '@watchpost/gallery/holdings';
import type { RetentionSettings } from './data-class.ts';

export interface EnforceDeps {
  documents: Pick<DocumentStore, 'get' | 'find' | 'remove'>;
  holdings: Pick<Holdings, 'prune'>;
}

/** Documents whose own time is what their setting counts from: by the setting, whatever was right when they were written. */
const byTime: readonly (readonly [kind: string, keepMs: (settings: RetentionSettings) => number | null])[] = [
  ['visit', ({ sightingsMs }) => sightingsMs],
  ['violation', ({ rulesMs }) => rulesMs],
  ['quarantine', ({ rulesMs }) => rulesMs],
  ['quarantine-part', ({ rulesMs }) => rulesMs],
  ['private-log-entry', ({ talkMs }) => talkMs],
  ['registration', ({ talkMs }) => talkMs],
  ['kept-file', ({ convertMs }) => convertMs],
  ['kept-file-piece', ({ convertMs }) => convertMs],
  ['receipt', ({ auditMs }) => auditMs],
];

/** Of one kind in one call: it is over soon. */
const atOnce = 500;

/**
 * Removes what is kept longer than the settings say, also what was written when they said more; at most some thousands of each in one call.
 * What has a date of its own that comes earlier goes by that. Resolves to how much was removed.
 */
export async function enforceRetention(
  { documents, holdings }: EnforceDeps,
  settings: RetentionSettings,
  keepsCrops: boolean,
  signal: AbortSignal,
): Promise<number> {
  let removed = await holdings.prune({ sightingsMs: settings.sightingsMs, recordsMs: settings.recordsMs, crops: keepsCrops }, signal);
  const { nowMs } = await documents.get('visit', '', signal);
  for (const [kind, keepMsOf] of byTime) {
    const keepMs = keepMsOf(settings);
    if (keepMs === null) continue;
    for (const { id, revision, expiresAtMs } of await documents.find(
      { kind, beforeMs: nowMs - keepMs, order: 'oldest', limit: atOnce },
      signal,
    )) {
      // A receipt that is not verified yet has no date.
      if (kind === 'receipt' && expiresAtMs === null) continue;
      try {
        await documents.remove(kind, id, revision, signal);
        removed += 1;
      } catch (error) {
        // Somebody has just written it.
        if (!isConflict(error)) throw error;
      }
    }
  }
  return removed;
}
