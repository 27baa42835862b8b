import { z } from 'zod';
import { type Audit, createAudit } from '../documents/audit.ts';
import type { DocumentStore } from '../documents/document-store.ts';

const queueChangeSchema = z.object({
  atMs: z.number().int(),
  /** `console:ada`. */
  actor: z.string(),
  /** `started`: a run of a job on a schedule, beside those that are due. */
  what: z.enum(['retried', 'dropped', 'paused', 'resumed', 'started']),
  /** Of these kinds only; missing: of all. */
  kind: z.string().exactOptional(),
  /** Failed with this code only. */
  code: z.string().exactOptional(),
  /** These jobs, or the name of what was started; missing: all that had failed. At most 20. */
  ids: z.array(z.string()).exactOptional(),
  /** How many jobs it was done to. Zero of `paused` and `resumed`. */
  jobs: z.number().int(),
});
export type QueueChange = z.infer<typeof queueChangeSchema>;

/** What people did with the queue. */
export const createQueueAudit = (documents: DocumentStore): Audit<QueueChange> => createAudit(documents, 'queue-change', queueChangeSchema);
