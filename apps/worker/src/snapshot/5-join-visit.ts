import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Visit } from '@watchpost/visits/visit';
import type { Visits } from '@watchpost/visits/visits';

export interface JoinDeps {
  visits: Visits;
  cameras: Pick<Cameras, 'settingsOf'>;
  sender: JobSender;
  /** How long to wait for the queue to take the visit's job, milliseconds. */
  sendTimeoutMs: number;
}

/** A recognised snapshot joins its camera's visit, and a job makes the post say so. Again for the same snapshot: the same visit. */
export async function joinVisit({ snapshotId, job, width, height }: SnapshotRecord, deps: JoinDeps, signal: AbortSignal): Promise<Visit> {
  const { visits, cameras, sender, sendTimeoutMs } = deps;
  const { channel, camera, messageId, takenAtMs } = job;
  const settings = cameras.settingsOf(channel, camera);
  // Records of early releases do not know the size.
  const joining = { snapshotId, channel, camera, messageId, takenAtMs, width: width ?? 0, height: height ?? 0 };
  const visit = await visits.join(joining, settings, signal);
  if (visit.shownRevision >= visit.revision) return visit;
  const why = visit.post?.progress?.state === 'posted' ? 'edit' : 'post';
  await sender.send({ v: 1, kind: 'visit', visitId: visit.id, revision: visit.revision, why }, { timeoutMs: sendTimeoutMs });
  return visit;
}
