import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import { sameFrame } from '@watchpost/see/picture/fingerprint';
import type { Downloaded } from './1-download.ts';

/** `seen`: what the engine saw. `nothing-new`: the camera's earlier snapshot `sameAs` shows the same frame, so no inference was spent. */
export type SeeResult =
  | (Downloaded & { kind: 'seen'; seen: Seen; fingerprint: Uint8Array })
  | (Downloaded & { kind: 'nothing-new'; sameAs: string; fingerprint: Uint8Array | null });

export interface SeeDeps {
  engine: FaceEngine;
  records: SnapshotRecords;
  /** How many of the camera's recent snapshots to compare with. */
  compareWith: number;
  /** Older snapshots are not compared with: a person who stays longer should be recognised again. Milliseconds. */
  compareWithinMs: number;
}

/** The cheap checks first: identical bytes, then the same frame, and only then inference. Rejects as `FaceEngine.see`. */
export async function see(job: SnapshotJob, downloaded: Downloaded, deps: SeeDeps, signal: AbortSignal): Promise<SeeResult> {
  const earlier = await earlierFrames(job, deps, signal);
  const copy = earlier.find((record) => record.sha256 === downloaded.sha256);
  if (copy) return { ...downloaded, kind: 'nothing-new', sameAs: copy.snapshotId, fingerprint: copy.fingerprint };

  const fingerprint = await deps.engine.fingerprint(downloaded.bytes, signal);
  const same = earlier.find((record) => record.fingerprint && sameFrame(record.fingerprint, fingerprint));
  if (same) return { ...downloaded, kind: 'nothing-new', sameAs: same.snapshotId, fingerprint };
  return { ...downloaded, kind: 'seen', seen: await deps.engine.see(downloaded.bytes, signal), fingerprint };
}

/** Only snapshots that the engine saw: a chain of frames, each the same as the one before, could drift away from the first. */
async function earlierFrames(
  job: SnapshotJob,
  { records, compareWith, compareWithinMs }: SeeDeps,
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
