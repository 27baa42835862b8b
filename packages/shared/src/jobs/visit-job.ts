import { z } from 'zod';
import type { JobKindDefinition } from './job-kind.ts';

export const visitIdSchema = z.string().regex(/^[\w-]{1,24}$/);

const visitJobSchema = z.object({
  v: z.literal(1),
  kind: z.literal('visit'),
  visitId: visitIdSchema,
  /** Of the visit when the job was queued: a post that shows this revision, or a later one, needs nothing. */
  revision: z.number().int().positive(),
  /** `post`: nothing was posted yet. `edit`: something has changed that the post does not say. `said`: a reader changed it and looks at it. `tidy`: a button has expired. */
  why: z.enum(['post', 'edit', 'said', 'tidy']),
});
export type VisitJob = z.infer<typeof visitJobSchema>;

/** How long a post waits for more to say before it is edited, milliseconds. */
const gatherMs = 3_000;
/** A little longer than a change can be undone, milliseconds. */
const tidyMs = 605_000;

/** Post one visit, or edit its post. What to say is in the visit and in the gallery. */
export const visitJobs = {
  schema: visitJobSchema,
  id: ({ visitId, revision, why }) => `visit-${visitId}-${why}-${revision}`,
  queue: 'visits',
  attempts: 10,
  backoffMs: 5_000,
  // A reader who clicked comes first; what is new comes before what is only said better.
  priority: ({ why }) => ({ said: 0, post: 1, edit: 2, tidy: 2 })[why],
  delayMs: ({ why }) => ({ said: 0, post: 0, edit: gatherMs, tidy: tidyMs })[why],
  // While one waits for the channel's turn, others draw and upload.
  concurrency: 3,
} satisfies JobKindDefinition<VisitJob>;
