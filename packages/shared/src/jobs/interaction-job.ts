import { z } from 'zod';
import { chatFileSchema } from '../chat/chat.ts';
import { answerToSchema } from '../chat/members.ts';
import { postActions, violationActions } from '../chat/post.ts';
import type { JobKindDefinition } from './job-kind.ts';
import { sealedSchema } from './message-job.ts';
import { violationIdSchema } from './violation-job.ts';
import { visitIdSchema } from './visit-job.ts';

/** Who somebody says a face is: a person of the gallery by id, a member of the workspace, or a new name. */
const whoSchema = z.union([
  z.object({ person: z.string().min(1).max(64) }),
  z.object({ member: z.string().min(1).max(64) }),
  z.object({ name: z.string().min(1).max(400) }),
]);

const targetSchema = z.object({
  action: z.enum(postActions),
  visit: visitIdSchema,
  number: z.number().int().nullable(),
  subject: z.string().max(64).nullable(),
});

/** What somebody did. */
const deedSchema = z.discriminatedUnion('do', [
  /** A button or a menu's entry below a post. `who`: of `is`, from its dialog. */
  z.object({ do: z.literal('press'), target: targetSchema, who: whoSchema.nullable() }),
  /** A button below the report of a violation, or in the message to its author. */
  z.object({ do: z.literal('moderate'), target: z.object({ action: z.enum(violationActions), violation: violationIdSchema }) }),
  /** A command, as it was typed after its name: `last-seen Ada` of `/faces last-seen Ada`. */
  z.object({ do: z.literal('command'), text: z.string().max(2_000) }),
  /**
   * The same of `/rules`, as it was typed: in an Envelope for this job's id, because `test` may hold what no rule allows. Null: it has
   * been erased.
   */
  z.object({ do: z.literal('rules'), sealed: sealedSchema }),
  /** Recognise faces in the pictures of any message. */
  z.object({
    do: z.literal('recognise'),
    files: z.array(chatFileSchema).max(10),
  }),
  /** Somebody opened the app's own page. */
  z.object({ do: z.literal('home') }),
  /** It was done: whatever somebody typed or chose is gone. */
  z.object({ do: z.literal('nothing') }),
]);
export type Deed = z.infer<typeof deedSchema>;

const interactionJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('interaction'),
  /** Made of what the platform says about this one click, so that its repetition is no second one. */
  id: z.string().regex(/^[\w.-]{1,160}$/),
  /** `slack`. */
  platform: z.string().regex(/^[a-z]+$/),
  /** When it happened, milliseconds since 1970. */
  atMs: z.number().int(),
  by: answerToSchema,
  deed: deedSchema,
});
export type InteractionJob = z.infer<typeof interactionJobSchema>;

/** Do what somebody asked for with a click or a command. */
export const interactionJobs = {
  schema: interactionJobSchema,
  id: ({ id }) => `interaction-${id}`,
  queue: 'interactions',
  attempts: 8,
  backoffMs: 500,
  // Names that were typed would outlive those who are forgotten.
  whenDone: (job) => ({ ...job, by: { ...job.by, url: null }, deed: { do: 'nothing' } }),
  // What was typed after `/rules` is erased; whoever typed it was told, and types it again.
  whenFailed: (job) => (job.deed.do === 'rules' ? { ...job, deed: { do: 'rules', sealed: null } } : job),
  concurrency: 4,
} satisfies JobKindDefinition<InteractionJob>;
