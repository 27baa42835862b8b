import type { Person } from '@watchpost/gallery/gallery';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { newRecord } from '@watchpost/gallery/records/new-record';
import type { RecordedFace, SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';

export function snapshotJob(over: Partial<SnapshotJob> = {}): SnapshotJob {
  return {
    v: 1,
    kind: 'snapshot',
    snapshotId: 'slack-C1-1700000000.000100-F1',
    channel: 'slack:C1',
    messageId: '1700000000.000100',
    takenAtMs: 1_700_000_000_000,
    camera: 'Front door',
    file: { id: 'F1', name: '20231114221320.png', mimeType: 'image/png', sizeBytes: 100, url: null, thumbnailUrl: null },
    ...over,
  };
}

export function recordedFace(over: Partial<RecordedFace> = {}): RecordedFace {
  return { box: { x: 100, y: 100, width: 50, height: 50 }, quality: 0.8, decision: 'match', personId: 'p1', similarity: 0.8, ...over };
}

export function snapshotRecord(over: Partial<SnapshotRecord> = {}): SnapshotRecord {
  const job = over.job ?? snapshotJob();
  return { ...newRecord(job), updatedAtMs: job.takenAtMs, ...over };
}

export function person(over: Partial<Person> = {}): Person {
  return { id: 'p1', status: 'named', name: 'Ada', number: null, faces: 1, lastSeen: null, mayBe: null, ...over };
}
