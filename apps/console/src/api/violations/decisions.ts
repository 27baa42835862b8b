import { createAudit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';

/** Documents of this kind say who decided about a violation in the console. */
export const violationDecisionKind = 'violation-decision';
export const violationDecisionSchema = z.object({
  atMs: z.number(),
  actor: z.string(),
  what: z.string(),
  violation: z.string(),
});

/** On record before it is decided; what decided nothing is taken from the record again. */
export const createViolationDecisions = (documents: DocumentStore) => ({
  ...createAudit(documents, violationDecisionKind, violationDecisionSchema),
  takeBack: async (id: string, signal: AbortSignal): Promise<void> => {
    const { document } = await documents.get(violationDecisionKind, id, signal);
    if (document) await documents.remove(document.kind, document.id, document.revision, signal);
  },
});
