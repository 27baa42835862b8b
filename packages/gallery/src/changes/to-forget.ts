import type { DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';
import { type Actor, auditEntrySchema } from '../domain.ts';

/** The one document that says whom a restore has brought back, and who are to be forgotten again. In no backup. */
export const forgetAgainKind = 'forget-again';
export const forgetAgainId = 'people';

const bodySchema = z.object({ personIds: z.array(z.string()), by: auditEntrySchema.shape.actor });

/** Who are to be forgotten again, and who has restored them. */
export interface ToForget {
  personIds: readonly string[];
  by: Actor;
}

/** What the document says; nobody is to be forgotten where there is none. */
export const readToForget = (document: StoredDocument | null): ToForget | null => bodySchema.safeParse(document?.body).data ?? null;

/** The document, in the place of one with this revision (0: of none). `nowMs`: since 1970. */
export const toForgetDocument = (body: ToForget, nowMs: number, revision = 0): DocumentToPut => ({
  kind: forgetAgainKind,
  id: forgetAgainId,
  revision,
  atMs: Math.floor(nowMs),
  keys: [],
  expiresAtMs: null,
  body,
});
