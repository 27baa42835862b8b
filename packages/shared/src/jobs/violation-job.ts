import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';

/** 16 bytes as base64url: made of the message, so that one message has one violation. */
export const violationIdSchema = z.string().regex(/^[\w-]{22}$/);

const violationJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('violation'),
  violationId: violationIdSchema,
  /** Which change of the violation asks for it: each one queues a job of its own. */
  wanted: z.number().int().min(1),
});
export type ViolationJob = z.infer<typeof violationJobSchema>;

/** Do what follows from a violation: keep the original, remove, verify. Then a `telling` job tells people. */
export const violationJobs = {
  schema: violationJobSchema,
  id: ({ violationId, wanted }) => `violation-${violationId}-${String(wanted)}`,
  queue: 'violations',
  attempts: 10,
  backoffMs: 1_000,
  // Most of the time they wait for a channel's turn; what must be removed does not wait for them.
  concurrency: 16,
} satisfies JobKindDefinition<ViolationJob>;
