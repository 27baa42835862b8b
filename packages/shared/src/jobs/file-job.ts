import { z } from 'zod';
import { messageRefSchema } from '../chat/message.ts';
import type { JobKindDefinition } from './job-kind.ts';
import { sealedSchema } from './message-job.ts';

const fileJobSchema = messageRefSchema.extend({
  v: z.literal(1),
  kind: z.literal('file'),
  /** Made of the message and the file. Also the context of the envelope. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  /** The platform's id of the file. */
  fileId: z.string().min(1).max(64),
  /** Which of the message's files it is, from 1: how findings in it are named, as its name may be the finding. */
  number: z.number().int().min(1),
  /** The ChatFile as JSON, sealed: its name may hold what a rule does not allow. Null after the job has ended: the platform is asked again. */
  sealed: sealedSchema,
});
export type FileJob = z.infer<typeof fileJobSchema>;

/** Look whether a file holds something that a rule does not allow. */
export const fileJobs = {
  schema: fileJobSchema,
  id: ({ id }) => `file-${id}`,
  queue: 'files',
  attempts: 6,
  backoffMs: 2_000,
  whenDone: (job) => ({ ...job, sealed: null }),
  whenFailed: (job) => ({ ...job, sealed: null }),
  concurrency: 2,
} satisfies JobKindDefinition<FileJob>;
