import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { DocumentToPut, StoredDocument } from './document-store.ts';

/**
 * The format of all documents together. Raised by a release that stores what older ones would misread or lose: these then wait
 * (`database-newer`). A field that older ones may leave alone is no reason.
 */
export const documentsFormat = 1;

/** How soon to ask again whether this process was updated, or the database restored. Milliseconds. */
const newerRetryMs = 30_000;

/** The one document that says which history of which database this is, and whoever reads it must know which format. */
export const epochKind = 'database';
export const epochId = 'epoch';

const bodySchema = z.looseObject({
  epoch: z.string(),
  format: z.number().int(),
  /** Where a restore made this history: the version of the gallery with which it began. Later ones are changes of its own. */
  sinceVersion: z.number().int().optional(),
});
export type EpochBody = z.output<typeof bodySchema>;

/** What the document says; null where somebody has put something else there. */
export const readEpoch = (document: StoredDocument | null): EpochBody | null => bodySchema.safeParse(document?.body).data ?? null;

/** The document of a history that begins at `nowMs`, in the place of one with this revision (0: of none). */
export function newEpoch(
  nowMs: number,
  { revision = 0, format = documentsFormat, sinceVersion }: { revision?: number; format?: number; sinceVersion?: number } = {},
): DocumentToPut {
  const body: EpochBody = { epoch: randomUUID(), format, ...(sinceVersion !== undefined && { sinceVersion }) };
  return { kind: epochKind, id: epochId, revision, atMs: Math.floor(nowMs), keys: [], expiresAtMs: null, body };
}

export const newerDocuments = (): AppError =>
  new AppError('database-newer', 'a newer release of watchpost keeps the documents of this database: update this one', {
    retryAfterMs: newerRetryMs,
  });

/** Rejects with `database-newer` if a newer release keeps the documents. */
export function assertReadable(document: StoredDocument | null): void {
  if ((readEpoch(document)?.format ?? 0) > documentsFormat) throw newerDocuments();
}
