import { z } from 'zod';
import { messageRefSchema } from '../chat/message.ts';
import { reactionSchema } from '../chat/written.ts';
import type { JobKindDefinition } from './job-kind.ts';
import { sealedSchema } from './message-job.ts';

const common = {
  v: z.literal(1),
  kind: z.literal('entry'),
  /** Made of the message and of what happened, so that each delivery of the same event has the same id. Also the context of the envelope. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  /** When it happened, by the platform's clock: microseconds since 1970. */
  atUs: z.number().int().nonnegative(),
};

/** Feeds that take the message where they do not have it yet, by slug: those that were open when it was posted. None: those that are open. */
const takenBySchema = z.array(z.string().max(64)).max(1_000).optional();

/** What happened to a message of a channel that a feed publishes. */
const entryJobSchema = z.discriminatedUnion('change', [
  messageRefSchema.extend({
    ...common,
    change: z.literal('written'),
    isEdited: z.boolean(),
    isBroadcast: z.boolean(),
    /** All that it had at `reactionsAtUs`; null: nobody told. */
    reactions: z.array(reactionSchema).max(1_000).nullable(),
    /** When they were read, microseconds since 1970: it may be long after this version came to be. Null as `reactions`. */
    reactionsAtUs: z.number().int().nonnegative().nullable().default(null),
    takenBy: takenBySchema,
    /** The Written as JSON, sealed. Null after the job has ended, and of one that is too large: the message is read anew. */
    sealed: sealedSchema,
  }),
  z.object({ ...common, ...messageRefSchema.pick({ channel: true, messageId: true }).shape, change: z.literal('deleted') }),
  z.object({
    ...common,
    ...messageRefSchema.pick({ channel: true, messageId: true }).shape,
    change: z.literal('reaction'),
    reaction: reactionSchema,
    /** False: it was taken back. */
    isSet: z.boolean(),
  }),
  /** The message may be gone, or have changed: it is read. */
  z.object({
    ...common,
    ...messageRefSchema.pick({ channel: true, messageId: true, thread: true }).shape,
    change: z.literal('check'),
    takenBy: takenBySchema,
  }),
  /** An editor decided about it, which its entries say already. Names and pictures follow. */
  z.object({ ...common, ...messageRefSchema.pick({ channel: true, messageId: true }).shape, change: z.literal('decided') }),
  /** A visit was posted, or its post was edited. */
  z.object({
    ...common,
    ...messageRefSchema.pick({ channel: true, messageId: true }).shape,
    change: z.literal('visit'),
    visitId: z.string().regex(/^[\w-]{1,24}$/),
  }),
]);
export type EntryJob = z.infer<typeof entryJobSchema>;

const withoutSealed = (job: EntryJob): EntryJob => (job.change === 'written' ? { ...job, sealed: null } : job);

/** Bring what happened to a message into the feeds of its channel. */
export const entryJobs = {
  schema: entryJobSchema,
  id: ({ id }) => `entry-${id}`,
  queue: 'entries',
  attempts: 8,
  backoffMs: 500,
  whenDone: withoutSealed,
  whenFailed: withoutSealed,
  mostBytes: 557_056,
  concurrency: 16,
} satisfies JobKindDefinition<EntryJob>;
