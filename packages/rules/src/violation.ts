import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { messageRefSchema } from '@watchpost/shared/chat/message';
import { postProgressSchema } from '@watchpost/shared/chat/posts';
import { violationIdSchema } from '@watchpost/shared/jobs/violation-job';
import { z } from 'zod';
import { actions, severities } from './rule.ts';

/** One match, as it is kept. Nothing of what matched but its mask. */
export const findingSchema = z.object({
  ruleId: z.string(),
  ruleName: z.string(),
  /** Of the rule, when it matched: for the author. */
  description: z.string(),
  severity: z.enum(severities),
  action: z.enum(actions),
  dryRun: z.boolean(),
  /** The rule's words for the channel. */
  notice: z.string().nullable(),
  where: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  masked: z.string(),
  /** The file that it is in; null: in what the message says. */
  fileId: z.string().nullable(),
  atMs: z.number().int(),
});
export type Finding = z.infer<typeof findingSchema>;

/** A file, or a part of one, that could not be read, so that nobody knows whether it is clean. */
export const unreadSchema = z.object({
  /** Null: the message itself could not be judged. */
  fileId: z.string().nullable(),
  /** `file 1`, `file 1 / 3`: never its name. `text`: of the message. */
  where: z.string(),
  /** A code: `encrypted`, `too-large`, `broken`, `timeout`, `unsupported` … */
  reason: z.string(),
});
export type Unread = z.infer<typeof unreadSchema>;

/**
 * `none`: nothing is to be removed (report, or dry run). `wanted`: not yet. `removed`: verified. `gone`: somebody else did. `failed`: it
 * could not be, and the admins were told.
 */
export const removalStates = ['none', 'wanted', 'removed', 'gone', 'failed'] as const;

/** `no`: nothing is kept. `kept`: the original is in quarantine. `put-back`: an admin had it posted again. `deleted`: an admin, or its time was over. */
export const keptStates = ['no', 'kept', 'put-back', 'deleted'] as const;

/** `no`: the author has not appealed. */
export const appealStates = ['no', 'asked', 'accepted', 'rejected'] as const;

/** A message that rules matched, what was done about it, and how far that got. One for each message, whatever happens to it. */
export const violationSchema = z.object({
  v: z.literal(1),
  id: violationIdSchema,
  message: messageRefSchema,
  foundAtMs: z.number().int(),
  findings: z.array(findingSchema).max(200),
  unread: z.array(unreadSchema).max(50),
  /** How many more there were at least; missing: none. */
  leftOut: z.object({ findings: z.number().int(), unread: z.number().int() }).optional(),
  /** Counts what changed; a job is queued for each. */
  wanted: z.number().int(),
  /** The change up to which everything was done. */
  done: z.number().int(),
  removal: z.object({
    state: z.enum(removalStates),
    /** Files that go too: those with findings. */
    files: z.array(z.object({ fileId: z.string(), state: z.enum(removalStates) })),
    tries: z.number().int(),
    /** Why it failed: a code and a sentence without anything of the message. */
    error: z.string().nullable(),
    atMs: z.number().int().nullable(),
    /** The change for which it failed for good, or three workers died: only a later one tries it again. */
    failedFor: z.number().int().exactOptional(),
  }),
  kept: z.object({ state: z.enum(keptStates), by: z.string().nullable(), atMs: z.number().int().nullable() }),
  /** What an admin wants done with what is kept; the violation's next job does it, and sets `kept`. */
  asked: z.object({ what: z.enum(['put-back', 'delete']), by: z.string(), atMs: z.number().int() }).nullable(),
  appeal: z.object({
    state: z.enum(appealStates),
    by: z.string().nullable(),
    atMs: z.number().int().nullable(),
    /** Where the author pressed: their direct messages with us. */
    channel: channelKeySchema.nullable(),
  }),
  /** The line in the admin channel. `summarised`: too many at once; the next summary counts it. */
  report: z.object({ progress: postProgressSchema.nullable(), summarised: z.boolean() }),
  /** The direct message to the author. */
  told: postProgressSchema.nullable(),
  /** The notice in the channel. */
  noticed: postProgressSchema.nullable(),
  /** What an admin had posted again. */
  restored: postProgressSchema.nullable(),
});
export type Violation = z.infer<typeof violationSchema>;
