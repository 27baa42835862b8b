import { z } from 'zod';
import { type Audit, createAudit } from '../documents/audit.ts';
import { untilNoConflict } from '../documents/until-no-conflict.ts';
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
  /** It was begun, and it is not known how far it came: whoever did it was ended. */
  isOpen: z.boolean().exactOptional(),
  /** The queue did not answer any more: one job more may have been changed. */
  isCutOff: z.boolean().exactOptional(),
});
export type QueueChange = z.infer<typeof queueChangeSchema>;

const kind = 'queue-change';

/** What people did with the queue. */
export interface QueueAudit extends Audit<QueueChange> {
  /** Notes what it came to, of an entry that was recorded as open. */
  close(id: string, came: Required<Pick<QueueChange, 'jobs' | 'isCutOff'>>, signal: AbortSignal): Promise<void>;
}

export function createQueueAudit(documents: DocumentStore): QueueAudit {
  return {
    ...createAudit(documents, kind, queueChangeSchema),
    close: async (id, came, signal) =>
      untilNoConflict(async () => {
        const { document } = await documents.get(kind, id, signal);
        const body = queueChangeSchema.safeParse(document?.body).data;
        if (document && body) await documents.put({ ...document, body: { ...body, ...came, isOpen: false } }, signal);
      }, signal),
  };
}
