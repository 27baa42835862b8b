import { z } from 'zod';
import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { createAudit, type Audit } from '@watchpost/shared/documents/audit';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';

/** What somebody did with what we keep about them, without anything of it. */
const personalActSchema = z.object({
  atMs: z.number(),
  who: channelKeySchema,
  did: z.enum(['registered', 'registration-erased', 'log-entry-erased', 'log-erased', 'all-erased']),
});
export type PersonalAct = z.infer<typeof personalActSchema>;

/** Who registered and who erased what. */
export const createPersonalAudit = (documents: DocumentStore): Audit<PersonalAct> =>
  createAudit(documents, 'personal-audit', personalActSchema);
