import { z } from 'zod';
import { channelKeySchema, chatFileSchema } from '../chat/chat.ts';
import { postActions } from '../chat/post.ts';
import type { JobKindDefinition } from './job-kind.ts';
import { sealedSchema } from './message-job.ts';
import { visitIdSchema } from './visit-job.ts';

/** What was written, as it is sealed: in an Envelope for the job's id. */
export const talkTextSchema = z.object({ text: z.string().max(8_192) });
export type TalkText = z.infer<typeof talkTextSchema>;

/** What somebody did in a conversation. */
const whatSchema = z.discriminatedUnion('did', [
  /** Wrote something. `replyTo`: the message that it answers; null: none. */
  z.object({ did: z.literal('said'), messageId: z.string().min(1).max(64), replyTo: z.string().max(64).nullable(), sealed: sealedSchema }),
  /** Sent a picture, with what was written below it. `group`: of pictures that were sent together; null: it came alone. */
  z.object({
    did: z.literal('sent'),
    messageId: z.string().min(1).max(64),
    replyTo: z.string().max(64).nullable(),
    group: z.string().max(64).nullable(),
    file: chatFileSchema,
    sealed: sealedSchema,
  }),
  /** Pressed a TalkButton below this message of ours. */
  z.object({ did: z.literal('pressed'), messageId: z.string().min(1).max(64), data: z.string().max(64) }),
  /** Wants to say who a face of a visit's post is: pressed its `is` button. */
  z.object({
    did: z.literal('naming'),
    messageId: z.string().min(1).max(64),
    target: z.object({
      action: z.enum(postActions),
      visit: visitIdSchema,
      number: z.number().int().nullable(),
      subject: z.string().max(64).nullable(),
    }),
  }),
  /** A time has come that a conversation waited for, such as its end. */
  z.object({ did: z.literal('due'), dialog: z.string().max(64), atMs: z.number().int() }),
  /** We were put into this chat, or out of it. Somebody who blocks us puts us out of the chat with them. */
  z.object({ did: z.literal('membership'), isIn: z.boolean() }),
  /** The platform gave the chat another id. */
  z.object({ did: z.literal('moved'), to: channelKeySchema }),
  /** It was done: whatever somebody wrote is gone. */
  z.object({ did: z.literal('nothing') }),
]);
export type TalkWhat = z.infer<typeof whatSchema>;

const talkJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('talk'),
  /** Made of the message or the click, so that each delivery has the same id. Also the context of the envelope. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  chat: channelKeySchema,
  /** Only the two of us. */
  isPrivate: z.boolean(),
  /** Who did it: the platform's id, what the platform calls them (cleaned), and their language (IETF tag), if it says. */
  by: z.object({ member: z.string().min(1).max(64), name: z.string().max(400).nullable(), language: z.string().max(35).nullable() }),
  /** When, milliseconds since 1970. */
  atMs: z.number().int(),
  /** The talk job of this chat that came just before; it is done first. Null: none that this process knows. */
  after: z.string().max(160).nullable(),
  what: whatSchema,
});
export type TalkJob = z.infer<typeof talkJobSchema>;

const erased = (job: TalkJob): TalkJob => ({ ...job, by: { ...job.by, name: null }, what: { did: 'nothing' } });

/** Go on with a conversation: somebody wrote, sent a picture, or pressed a button. */
export const talkJobs = {
  schema: talkJobSchema,
  id: ({ id }) => `talk-${id}`,
  queue: 'talks',
  attempts: 8,
  backoffMs: 500,
  whenDone: erased,
  whenFailed: erased,
  mostBytes: 65_536,
  delayMs: ({ what }) => (what.did === 'due' ? Math.max(0, what.atMs - Date.now()) : 0),
  concurrency: 8,
} satisfies JobKindDefinition<TalkJob>;
