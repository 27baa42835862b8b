import { type Audit, createAudit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';

const decisionSchema = z.object({
  atMs: z.number().int(),
  /** `cli:ada`. */
  actor: z.string(),
  what: z.enum(['overrode', 'restored', 'hid', 'showed', 'approved']),
  feed: z.string(),
  messageId: z.string(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** Who decided about entries on the command line. Not what they wrote. */
export type Decisions = Audit<Decision>;

/** What editors decided, on a store of documents. */
export const createDecisions = (documents: DocumentStore): Decisions => createAudit(documents, 'feed-decision', decisionSchema);
