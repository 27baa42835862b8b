import type { RecordedFace, SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { SeeResult } from './2-see.ts';

/** Writes what was found to the snapshot's record. `faces`: empty where nothing is new. */
export async function recordOutcome(
  opened: SnapshotRecord,
  result: SeeResult,
  faces: RecordedFace[],
  records: SnapshotRecords,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const common = { ...opened, error: null, sha256: result.sha256, fingerprint: result.fingerprint };
  if (result.kind === 'nothing-new') return records.save({ ...common, state: 'nothing-new', sameAs: result.sameAs }, signal);
  const { width, height } = result.seen;
  return records.save({ ...common, state: faces.length > 0 ? 'recognised' : 'nothing-to-post', width, height, faces }, signal);
}
