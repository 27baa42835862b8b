import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';
import { sealedSchema } from './message-job.ts';

/** A mail as it is sealed: in an Envelope for the job's id. */
export const mailSchema = z.object({
  to: z.array(z.string().min(3).max(320)).min(1).max(20),
  subject: z.string().min(1).max(400),
  text: z.string().max(40_000),
});
export type Mail = z.infer<typeof mailSchema>;

const mailJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('mail'),
  /** The same for each attempt to send the same mail. Also the context of the envelope, and of the mail's Message-ID. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  /** Null: it has been sent, or given up. */
  sealed: sealedSchema,
});
export type MailJob = z.infer<typeof mailJobSchema>;

const withoutSealed = (job: MailJob): MailJob => ({ ...job, sealed: null });

/** Send a mail. */
export const mailJobs = {
  schema: mailJobSchema,
  id: ({ id }) => `mail-${id}`,
  queue: 'mails',
  attempts: 10,
  backoffMs: 5_000,
  whenDone: withoutSealed,
  whenFailed: withoutSealed,
  mostBytes: 98_304,
  concurrency: 2,
} satisfies JobKindDefinition<MailJob>;
