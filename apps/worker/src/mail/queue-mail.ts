import { createHash } from 'node:crypto';
import type { Envelope } from '@watchpost/shared/envelope';
import { mailSchema, type Mail } from '@watchpost/shared/jobs/mail-job';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { sealJson } from '@watchpost/shared/jobs/sealed';

/**
 * Sees to it that a mail is sent, to each recipient one of their own: nobody sees who else gets it, and nobody gets it twice because
 * another address is wrong. Again with the same id it does nothing. Rejects as JobSender.
 */
export type QueueMail = (id: string, mail: Mail, signal: AbortSignal) => Promise<void>;

/** `id`: 1 to 120 letters, digits, `_`, `.` and `-`. */
export function createQueueMail({
  sender,
  envelope,
  sendTimeoutMs,
}: {
  sender: Pick<JobSender, 'send'>;
  envelope: Envelope;
  sendTimeoutMs: number;
}): QueueMail {
  return async (id, mail) => {
    const { to, subject, text } = mailSchema.parse(mail);
    for (const recipient of new Set(to)) {
      const own = `${id}-${createHash('sha256').update(recipient).digest('hex').slice(0, 16)}`;
      const sealed = sealJson(envelope, { to: [recipient], subject, text }, own);
      await sender.send({ v: 1, kind: 'mail', id: own, sealed }, { timeoutMs: sendTimeoutMs });
    }
  };
}
