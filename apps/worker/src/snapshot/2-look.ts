import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import { sameFrame } from '@watchpost/see/picture/fingerprint';
import type { Downloaded } from './1-download.ts';

/** `seen`: what the engine found. `nothing-new`: the camera's earlier snapshot `sameAs` shows the same, so no inference was spent. */
export type Looked =
  | (Downloaded & { kind: 'seen'; seen: Seen; fingerprint: Uint8Array })
  | (Downloaded & { kind: 'nothing-new'; sameAs: string; fingerprint: Uint8Array | null });

export interface LookDeps {
  engine: FaceEngine;
  records: SnapshotRecords;
  /** With so many of the camera's last snapshots a new one is compared. */
  compareWith: number;
  /** Older snapshots are not compared with: who stands there for so long is worth a new look. Milliseconds. */
  compareWithinMs: number;
}

/** Cheap first: exact duplicate bytes, then a frame in which nothing is new, and only then the models. */
export async function look(job: SnapshotJob, downloaded: Downloaded, deps: LookDeps, signal: AbortSignal): Promise<Looked> {
  const earlier = await earlierFrames(job, deps, signal);
  const copy = earlier.find((record) => record.sha256 === downloaded.sha256);
  if (copy) return { ...downloaded, kind: 'nothing-new', sameAs: copy.snapshotId, fingerprint: copy.fingerprint };

  const fingerprint = await deps.engine.fingerprint(downloaded.bytes, signal);
  const same = earlier.find((record) => record.fingerprint && sameFrame(record.fingerprint, fingerprint));
  if (same) return { ...downloaded, kind: 'nothing-new', sameAs: same.snapshotId, fingerprint };
  return { ...downloaded, kind: 'seen', seen: await deps.engine.see(downloaded.bytes, signal), fingerprint };
}

/** Only frames that were looked at themselves: a chain of "same as the one before" could drift away from what it started with. */
async function earlierFrames(
  job: SnapshotJob,
  { records, compareWith, compareWithinMs }: LookDeps,
  signal: AbortSignal,
): Promise<SnapshotRecord[]> {
  const recent = await records.recent({ channel: job.channel, camera: job.camera }, compareWith, signal);
  return recent.filter(
    (record) =>
      record.snapshotId !== job.snapshotId &&
      record.state !== 'nothing-new' &&
      record.state !== 'failed' &&
      Math.abs(job.takenAtMs - record.job.takenAtMs) <= compareWithinMs,
  );
}
