import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';

const scheduledJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('scheduled'),
  /** Its name in the file of jobs on a schedule. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /** When somebody asked for this run, milliseconds since 1970; absent: it runs because it is time. */
  askedAtMs: z.number().int().nonnegative().exactOptional(),
});
export type ScheduledJob = z.infer<typeof scheduledJobSchema>;

/** One run of a job on a schedule. */
export const scheduledJobs = {
  schema: scheduledJobSchema,
  id: ({ name, askedAtMs }) => `scheduled-${name}${askedAtMs === undefined ? '' : `-${String(askedAtMs)}`}`,
  queue: 'scheduled',
  attempts: 3,
  backoffMs: 10_000,
  concurrency: 2,
} satisfies JobKindDefinition<ScheduledJob>;
