import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';
import { snapshotIdSchema } from './snapshot-job.ts';

const resultJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('result'),
  snapshotId: snapshotIdSchema,
});
export type ResultJob = z.infer<typeof resultJobSchema>;

/** Of earlier releases, which posted each snapshot: its snapshot joins a visit instead. */
export const resultJobs = {
  schema: resultJobSchema,
  id: (job) => `result-${job.snapshotId}`,
  queue: 'results',
  attempts: 10,
  backoffMs: 5_000,
  concurrency: 1,
} satisfies JobKindDefinition<ResultJob>;
