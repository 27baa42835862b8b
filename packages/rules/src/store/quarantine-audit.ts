import { type Audit, createAudit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { violationIdSchema } from '@watchpost/shared/jobs/violation-job';
import { z } from 'zod';

const accessSchema = z.object({
  atMs: z.number().int(),
  /** `cli:ada`. */
  actor: z.string(),
  what: z.enum(['read', 'deleted']),
  violation: violationIdSchema,
});
export type QuarantineAccess = z.infer<typeof accessSchema>;

/** Who read or erased what was in quarantine by other ways than a button in the chat. */
export const createQuarantineAudit = (documents: DocumentStore): Audit<QuarantineAccess> =>
  createAudit(documents, 'quarantine-access', accessSchema);
