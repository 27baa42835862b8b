import { z } from 'zod';

/** A kind of job: `snapshot`. */
const kind = z.string().regex(/^[a-z]{1,40}$/);
export const jobStates = ['failed', 'waiting', 'delayed', 'active'] as const;
const code = z.string().regex(/^[a-z][a-z-]{0,60}$/);
// The queue in PostgreSQL knows no NUL.
const jobIdText = z.string().regex(/^\P{Cc}{1,300}$/u);

export const queueAnswer = z.object({
  kinds: z.array(
    z.object({
      kind,
      waiting: z.number().int(),
      delayed: z.number().int(),
      active: z.number().int(),
      failed: z.number().int(),
      /** No worker takes jobs of this kind, because somebody wants it so. */
      isPaused: z.boolean(),
      /** When the oldest of the waiting ones was sent, milliseconds since 1970. */
      oldestAtMs: z.number().nullable(),
    }),
  ),
  /** Workers that have shown themselves within half a minute; null: the database is away. */
  workers: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        host: z.string(),
        pid: z.number().int(),
        startedAtMs: z.number(),
        seenAtMs: z.number(),
        running: z.array(z.object({ kind: z.string(), count: z.number().int() })),
      }),
    )
    .nullable(),
  /** What jobs wait for, and what a person can do about it. */
  held: z.array(
    z.object({
      need: z.string(),
      reason: z.string(),
      kinds: z.array(z.string()),
      /** How many workers say so. */
      workers: z.number().int(),
    }),
  ),
});
export type QueueAnswer = z.infer<typeof queueAnswer>;

export const historyQuery = z.object({
  kind: kind.optional(),
  minutes: z.coerce.number().int().min(10).max(1_440).default(180),
});
export const historyAnswer = z.object({
  /** When the first step began, milliseconds since 1970. */
  fromMs: z.number(),
  stepMs: z.number().int(),
  /** Jobs that were done, and that failed for good, in each step; the oldest first. */
  completed: z.array(z.number().int()),
  failed: z.array(z.number().int()),
});
export type HistoryAnswer = z.infer<typeof historyAnswer>;

const reason = z.object({ code: z.string().nullable(), message: z.string() }).nullable();
const job = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(jobStates),
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  /** When it failed, was taken, or becomes due; for a waiting job, when it was sent. Milliseconds since 1970. */
  atMs: z.number(),
  reason,
});
export type JobRow = z.infer<typeof job>;

export const jobsQuery = z.object({
  state: z.enum(jobStates).default('failed'),
  kind: kind.optional(),
  code: code.optional(),
  /** Of the page before. Failed jobs only: of the others the first 200 are listed. */
  cursor: z
    .string()
    .regex(/^\d{1,15}~\P{Cc}{1,300}$/u)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const jobsAnswer = z.object({ items: z.array(job), next: z.string().nullable() });
export type JobsAnswer = z.infer<typeof jobsAnswer>;

export const failuresQuery = z.object({ kind: kind.optional() });
export const failuresAnswer = z.object({
  /** The most frequent first. `code` null: the failure is not one of ours. */
  codes: z.array(z.object({ code: z.string().nullable(), count: z.number().int() })),
  /** So many of the newest were looked at. */
  counted: z.number().int(),
});
export type FailuresAnswer = z.infer<typeof failuresAnswer>;

export const jobParams = z.object({ id: jobIdText });
export const jobAnswer = job.extend({
  sentAtMs: z.number(),
  /** Fields of its payload that hold nothing private. */
  about: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type JobAnswer = z.infer<typeof jobAnswer>;

/** Either these, or all that have failed (of a kind, with a code). */
export const choice = z.union([
  z.strictObject({ ids: z.array(jobIdText).min(1).max(200) }),
  z.strictObject({ all: z.literal(true), kind: kind.optional(), code: code.optional() }),
]);
export const changedAnswer = z.object({
  done: z.number().int(),
  /** What could not be changed, and the state that it is in; at most 200. */
  refused: z.array(z.object({ id: z.string(), outcome: z.string() })),
  /** There was no time for all of them: ask again. */
  isCut: z.boolean(),
});
export type ChangedAnswer = z.infer<typeof changedAnswer>;

export const pauseBody = z.strictObject({ kind, isPaused: z.boolean() });
export const pauseAnswer = z.object({ kind, isPaused: z.boolean() });

export const queueChangesAnswer = z.object({
  changes: z.array(
    z.object({
      atMs: z.number(),
      actor: z.string(),
      what: z.enum(['retried', 'dropped', 'paused', 'resumed', 'started']),
      kind: z.string().optional(),
      code: z.string().optional(),
      ids: z.array(z.string()).optional(),
      jobs: z.number().int(),
      /** Begun, and it is not known how far it came. */
      isOpen: z.boolean().optional(),
    }),
  ),
});
export type QueueChangesAnswer = z.infer<typeof queueChangesAnswer>;
