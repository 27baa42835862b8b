import { type Audit, createAudit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';

const decisionSchema = z.object({
  atMs: z.number().int(),
  /** `cli:ada`, `console:ada`. */
  actor: z.string(),
  what: z.enum(['overrode', 'restored', 'hid', 'showed', 'approved', 'withdrew', 'closed', 'reopened']),
  feed: z.string(),
  /** Null: it was about the whole feed. */
  messageId: z.string().nullable(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** Who decided about entries and feeds on the command line or the console. Not what they wrote. */
export type Decisions = Audit<Decision>;

/** What editors decided, on a store of documents. */
export const createDecisions = (documents: DocumentStore): Decisions => createAudit(documents, 'feed-decision', decisionSchema);
