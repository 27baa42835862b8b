import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

const run = z.object({
  /** `skipped`: it was too late. */
  state: z.enum(['running', 'done', 'failed', 'skipped']),
  /** The time that it was for, or when somebody asked for it. Milliseconds since 1970. */
  forMs: z.number(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** What went wrong, in our words. */
  error: z.string().nullable(),
  /** How many items it found, and how many of them were new. */
  found: z.number().int(),
  fresh: z.number().int(),
});

const job = z.object({
  name: z.string(),
  /** `0 7 * * *`, or `every 10 min`. */
  times: z.string(),
  timeZone: z.string(),
  /** When it runs next, milliseconds since 1970; null: never. */
  nextAtMs: z.number().nullable(),
  /** What it reads: the host of an address, or our own numbers. The rest of an address may hold a secret. */
  reads: z.string(),
  /** Where it tells of what is new: channels, and how many mail addresses. */
  tells: z.array(z.string()),
  /** The collection that it keeps; null: none. */
  collection: z.string().nullable(),
  last: run.nullable(),
});
export const scheduleAnswer = z.object({
  jobs: z.array(job),
  hasFile: z.boolean(),
  /** What jobs of this kind wait for: somebody has paused them, no worker is there, or the queue does not answer; null: for nothing. */
  waitsFor: z.enum(['resume', 'worker', 'queue']).nullable(),
  /** What is wrong with the file as it is now; while there are any, the version before it stays in force. */
  faults: z.array(z.string()),
});
export type ScheduleAnswer = z.infer<typeof scheduleAnswer>;
export type ScheduledJobRow = ScheduleAnswer['jobs'][number];

export const jobParams = z.object({ name });
export const runAnswer = z.object({ name: z.string(), askedAtMs: z.number() });

export const itemsQuery = z.object({ days: z.coerce.number().int().min(1).max(3_660).default(30) });
export const itemsAnswer = z.object({
  collection: z.string(),
  /** The newest first, at most 50. */
  items: z.array(z.object({ id: z.string(), atMs: z.number(), fields: z.record(z.string(), z.union([z.string(), z.number(), z.null()])) })),
  /** The lines of a chart; none: no field holds numbers. */
  series: z.array(z.object({ name: z.string(), points: z.array(z.object({ atMs: z.number(), value: z.number() })) })),
  /** The field that the lines show. */
  value: z.string().nullable(),
});
export type ItemsAnswer = z.infer<typeof itemsAnswer>;
