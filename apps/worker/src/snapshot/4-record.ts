import { toAppError } from '@watchpost/shared/errors';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { SeeResult } from './2-see.ts';
import type { Matched } from './3-match.ts';

/** New, or failed before its faces were recognised and run again by an operator. */
export function isUnrecognised({ state, faces }: SnapshotRecord): boolean {
  return faces === null && (state === 'received' || state === 'failed');
}

/** Writes what was found to the snapshot's record. `matched`: null where nothing is new. */
export async function recordOutcome(
  result: SeeResult,
  matched: Matched | null,
  records: SnapshotRecords,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const outcome = outcomeOf(result, matched);
  try {
    return await records.save({ ...result.record, ...outcome }, signal);
  } catch (error) {
    if (toAppError(error).code !== 'record-conflict') throw error;
    // Either the answer to an earlier write of this outcome was lost, or a second run of this job was faster.
    const now = await records.get(result.record.snapshotId, signal);
    if (!now) throw error;
    return isUnrecognised(now) ? records.save({ ...now, ...outcome }, signal) : now;
  }
}

function outcomeOf(result: SeeResult, matched: Matched | null): Partial<SnapshotRecord> {
  const { sha256, fingerprint } = result.record;
  const common = { error: null, look: null, sha256, fingerprint };
  if (result.kind === 'nothing-new') return { ...common, state: 'nothing-new', sameAs: result.sameAs };
  const { width, height } = result.seen;
  const faces = matched?.faces ?? [];
  const galleryPosition = matched?.galleryPosition ?? null;
  return { ...common, state: faces.length > 0 ? 'recognised' : 'nothing-to-post', width, height, faces, galleryPosition };
}
