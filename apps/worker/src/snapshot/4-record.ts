import type { RecordedFace, SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { Looked } from './2-look.ts';

/** Writes what was found to the snapshot's record. `faces`: empty where nothing is new. */
export async function recordOutcome(
  opened: SnapshotRecord,
  looked: Looked,
  faces: RecordedFace[],
  records: SnapshotRecords,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const common = { ...opened, error: null, sha256: looked.sha256, fingerprint: looked.fingerprint };
  if (looked.kind === 'nothing-new') return records.save({ ...common, state: 'nothing-new', sameAs: looked.sameAs }, signal);
  const { width, height } = looked.seen;
  return records.save({ ...common, state: faces.length > 0 ? 'recognised' : 'nothing-to-post', width, height, faces }, signal);
}
