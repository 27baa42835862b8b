import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';
import { violationIdSchema } from './violation-job.ts';

const tellingJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('telling'),
  violationId: violationIdSchema,
  /** Of the violation job that asks for it. */
  wanted: z.number().int().min(1),
  /** `done`: all that it asked for was done. `delay`: something could not be removed yet. */
  what: z.enum(['done', 'delay']),
});
export type TellingJob = z.infer<typeof tellingJobSchema>;

/** Tell people what became of a violation: the admins, its author, the channel. Apart from removing, which must not wait for turns to post. */
export const tellingJobs = {
  schema: tellingJobSchema,
  id: ({ violationId, wanted, what }) => `telling-${violationId}-${String(wanted)}-${what}`,
  queue: 'tellings',
  attempts: 10,
  backoffMs: 1_000,
  concurrency: 8,
} satisfies JobKindDefinition<TellingJob>;
