import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Entry } from '@watchpost/feeds/entry';

export interface HandOffDeps {
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
}

/** Queues the hand-off of an entry's pictures, or their removal. What was wanted before has the same job, so whoever asks again does no harm. */
export async function handOff(
  { id, picturesWanted }: Pick<Entry, 'id' | 'picturesWanted'>,
  { sender, sendTimeoutMs }: HandOffDeps,
): Promise<void> {
  if (picturesWanted === 0) return;
  await sender.send({ v: 1, kind: 'handoff', entryId: id, wanted: picturesWanted }, { timeoutMs: sendTimeoutMs });
}
