import { toAppError } from '@watchpost/shared/errors';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { SeeResult } from './2-see.ts';
import type { Matched } from './3-match.ts';
import { outcomeOfFaces } from './outcome.ts';
import type { OutcomeCounter } from '../outcome-counter.ts';

/** New, or failed before its faces were recognised and run again by an operator. */
export function isUnrecognised({ state, faces }: SnapshotRecord): boolean {
  return faces === null && (state === 'received' || state === 'failed');
}

export interface RecordDeps {
  records: SnapshotRecords;
  /** Called once for each outcome that was written. */
  count: OutcomeCounter;
}

/** Writes what was found to the snapshot's record. `matched`: null where nothing is new. */
export async function recordFound(
  result: SeeResult,
  matched: Matched | null,
  deps: RecordDeps,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  return recordEnd(result.record, found(result, matched), deps, signal);
}

/** Writes to the record of a snapshot that nothing was done for that it is skipped. */
export async function recordSkipped(opened: SnapshotRecord, deps: RecordDeps, signal: AbortSignal): Promise<SnapshotRecord> {
  return recordEnd(opened, { state: 'skipped', outcome: 'skipped', error: null, look: null }, deps, signal);
}

async function recordEnd(
  record: SnapshotRecord,
  end: Partial<SnapshotRecord> & Pick<SnapshotRecord, 'outcome'>,
  { records, count }: RecordDeps,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const save = async (from: SnapshotRecord): Promise<SnapshotRecord> => {
    const saved = await records.save({ ...from, ...end, outcomeAtMs: Date.now() }, signal);
    if (end.outcome) count(saved.job.camera, end.outcome);
    return saved;
  };
  try {
    return await save(record);
  } catch (error) {
    if (toAppError(error).code !== 'record-conflict') throw error;
    // Either the answer to an earlier write of this outcome was lost, or a second run of this job was faster.
    const now = await records.get(record.snapshotId, signal);
    if (!now) throw error;
    return isUnrecognised(now) ? save(now) : now;
  }
}

function found(result: SeeResult, matched: Matched | null): Partial<SnapshotRecord> & Pick<SnapshotRecord, 'outcome'> {
  const { sha256, fingerprint } = result.record;
  const common = { error: null, look: null, sha256, fingerprint };
  if (result.kind === 'nothing-new') return { ...common, state: 'nothing-new', outcome: 'same-as-before', sameAs: result.sameAs };
  const { width, height } = result.seen;
  const faces = matched?.faces ?? [];
  const outcome = outcomeOfFaces(result.seen, faces, matched?.leftOut ?? { masked: 0, tooSmall: 0 });
  const galleryPosition = matched?.galleryPosition ?? null;
  return { ...common, state: faces.length > 0 ? 'recognised' : 'nothing-to-post', outcome, width, height, faces, galleryPosition };
}
