import { z } from 'zod';
import { messageRefSchema } from '../chat/message.ts';
import type { JobKindDefinition } from './job-kind.ts';

/** Base64 of an Envelope's bytes; null: it has been erased. */
export const sealedSchema = z.base64().nullable();

const messageJobSchema = messageRefSchema.extend({
  v: z.literal(1),
  kind: z.literal('message'),
  /** Made of the message and of what it says (by a keyed hash), so that each delivery of the same version has the same id. Also the context of the envelope. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  change: z.enum(['posted', 'edited']),
  /** When the platform says that this version came to be, milliseconds since 1970. */
  atMs: z.number().int().nonnegative(),
  /** The MessageContent as JSON, sealed. Null after the job has ended: a retry reads the message anew. */
  sealed: sealedSchema,
});
export type MessageJob = z.infer<typeof messageJobSchema>;

/** A message's content as JSON is sealed in parts of at most so many bytes: longer ones are jobs of several parts. */
export const mostContentBytes = 393_216;

/** Look whether a message says something that a rule does not allow. */
export const messageJobs = {
  schema: messageJobSchema,
  id: ({ id }) => `message-${id}`,
  queue: 'messages',
  attempts: 8,
  backoffMs: 500,
  whenDone: (job) => ({ ...job, sealed: null }),
  whenFailed: (job) => ({ ...job, sealed: null }),
  // The content as base64, and what is said about the message.
  mostBytes: 557_056,
  concurrency: 16,
} satisfies JobKindDefinition<MessageJob>;
