import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';

const handoffJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('handoff'),
  /** Of the entry whose pictures are handed off, or taken back. */
  entryId: z.string().regex(/^[\w.-]{1,160}$/),
  /** Counts what is wanted: each change of the pictures has a job of its own. */
  wanted: z.number().int().positive(),
});
export type HandoffJob = z.infer<typeof handoffJobSchema>;

/** Bring the pictures of an entry to where readers load them from, or remove them there. */
export const handoffJobs = {
  schema: handoffJobSchema,
  id: ({ entryId, wanted }) => `handoff-${entryId}-${String(wanted)}`,
  queue: 'handoffs',
  attempts: 10,
  backoffMs: 2_000,
  concurrency: 4,
} satisfies JobKindDefinition<HandoffJob>;
