import { z } from 'zod';

const violationId = z.string().regex(/^[\w-]{22}$/);
export const violationStates = ['open', 'appealed', 'kept', 'removed', 'failed', 'dry-run', 'unread'] as const;

export const violationsQuery = z.object({
  state: z.enum(violationStates).optional(),
  rule: z
    .string()
    .regex(/^[\w-]{1,24}$/)
    .optional(),
  /** `C0123` or `slack:C0123`; of the author `U0123`. */
  channel: z.string().max(80).optional(),
  author: z.string().max(80).optional(),
  /** When something was found in it last: at this time or later, and before. Milliseconds since 1970. */
  fromMs: z.coerce.number().int().nonnegative().optional(),
  beforeMs: z.coerce.number().int().nonnegative().optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}~[\w-]{22}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const finding = z.object({
  ruleId: z.string(),
  ruleName: z.string(),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  action: z.enum(['report', 'quarantine', 'remove']),
  dryRun: z.boolean(),
  where: z.string(),
  /** `AKIA…(16)`: nothing else of what matched is kept here. */
  masked: z.string(),
  atMs: z.number(),
});

const row = z.object({
  id: z.string(),
  foundAtMs: z.number(),
  postedAtMs: z.number(),
  channel: z.string(),
  messageId: z.string(),
  isInThread: z.boolean(),
  author: z.string().nullable(),
  /** At most ten. */
  findings: z.array(finding),
  /** How many more there are. */
  moreFindings: z.number().int(),
  unread: z.array(z.object({ where: z.string(), reason: z.string() })),
  outcome: z.enum(['being removed', 'removed', 'gone', 'not removed', 'unread', 'dry run', 'reported']),
  /** Why it could not be removed. */
  error: z.string().nullable(),
  removedAtMs: z.number().nullable(),
  kept: z.object({ state: z.enum(['no', 'kept', 'put-back', 'deleted']), by: z.string().nullable(), atMs: z.number().nullable() }),
  /** What an admin wants done, and no worker has done yet. */
  asked: z.object({ what: z.enum(['put-back', 'delete']), by: z.string(), atMs: z.number() }).nullable(),
  appeal: z.object({ state: z.enum(['no', 'asked', 'accepted', 'rejected']), by: z.string().nullable(), atMs: z.number().nullable() }),
});
export type ViolationRow = z.infer<typeof row>;

export const violationsAnswer = z.object({ items: z.array(row), next: z.string().nullable() });
export type ViolationsAnswer = z.infer<typeof violationsAnswer>;

export const violationParams = z.object({ id: violationId });
/** What can be decided about it now. */
export const decisionNames = ['accept', 'reject', 'put-back', 'delete-kept'] as const;
export const violationAnswer = row.extend({
  /** All of them. */
  findings: z.array(finding),
  can: z.array(z.enum(decisionNames)),
  /** Whether what is kept can be read here: QUARANTINE_KEY is set. */
  canReveal: z.boolean(),
  /** Of the message, where it is still there. */
  link: z.string().nullable(),
});
export type ViolationAnswer = z.infer<typeof violationAnswer>;

export const decisionBody = z.strictObject({ action: z.enum(decisionNames) });
export const decisionAnswer = z.object({
  /** Whether it was taken; else `text` says why not. */
  done: z.boolean(),
  text: z.string(),
  violation: violationAnswer,
});
export type DecisionAnswer = z.infer<typeof decisionAnswer>;

export const originalAnswer = z.object({
  texts: z.array(z.object({ where: z.string(), text: z.string() })),
  files: z.array(z.object({ fileId: z.string(), name: z.string().nullable() })),
});
export type OriginalAnswer = z.infer<typeof originalAnswer>;

export const fileParams = violationParams.extend({ fileId: z.string().min(1).max(200) });

export const quarantineChangesAnswer = z.object({
  changes: z.array(z.object({ atMs: z.number(), actor: z.string(), what: z.enum(['read', 'deleted']), violation: z.string() })),
});
export type QuarantineChangesAnswer = z.infer<typeof quarantineChangesAnswer>;
