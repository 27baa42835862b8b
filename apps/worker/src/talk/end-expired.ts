import type { TalkJob } from '@watchpost/shared/jobs/talk-job';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Dialogs } from '@watchpost/talk/dialogs';

const mostAtOnce = 200;
/** A dialog whose job failed gets another one after this time, milliseconds. */
const againMs = 10 * 60_000;

/** Has the dialogs ended that have run out, each in its chat's line. */
export async function endExpired(
  { dialogs, sender, sendTimeoutMs }: { dialogs: Dialogs; sender: Pick<JobSender, 'send'>; sendTimeoutMs: number },
  signal: AbortSignal,
): Promise<void> {
  for (const { id, chat, member, expiresAtMs } of await dialogs.expired(mostAtOnce, signal)) {
    const nowMs = Date.now();
    const job: TalkJob = {
      v: 1,
      kind: 'talk',
      // While the first one waits, it is sent once.
      id: `over-${id}-${expiresAtMs}-${Math.floor((nowMs - expiresAtMs) / againMs)}`,
      chat,
      isPrivate: false,
      by: { member, name: null, language: null },
      atMs: nowMs,
      after: null,
      what: { did: 'due', dialog: id, atMs: nowMs },
    };
    await sender.send(job, { timeoutMs: sendTimeoutMs });
  }
}
