import { randomUUID } from 'node:crypto';
import { auditLongestMs } from '@watchpost/shared/documents/audit';
import type { DocumentStore, DocumentToPut } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';
import type { Actor } from '../domain.ts';

/** Documents of this kind say who has replaced the database, or its gallery, by what is in a file. */
export const restoreLogKind = 'restore-log';

export const restoreLogSchema = z.object({
  /** When, by the database's clock: milliseconds since 1970. */
  atMs: z.number(),
  /** `cli:ada`, as changes of people are audited. */
  actor: z.string(),
  /** The machine; null: nobody said. */
  where: z.string().nullable(),
  /** `moved`: everything was copied here from another database. */
  what: z.enum(['restored', 'moved']),
  scope: z.enum(['everything', 'gallery']),
  /** When the file was written, ISO 8601. */
  exportedAt: z.string(),
  /** What was written, without those who were forgotten again. */
  counts: z.object({ people: z.int(), faces: z.int(), sightings: z.int() }),
  /** How many people were forgotten again. */
  forgotten: z.int(),
});
export type RestoreLogEntry = z.output<typeof restoreLogSchema>;

/** Who restores, and how. */
export interface RestoredBy {
  actor: Actor;
  what: RestoreLogEntry['what'];
  /**
   * Of the replaced database, whose consent was not given there: by any id that they had, when that was noted. Whoever restores again, because it
   * was interrupted or is done with another file, finds it here.
   */
  notGiven?: ReadonlyMap<string, number>;
}

/** The document that tells of it. */
export function restoreLogEntry(
  { actor, what }: RestoredBy,
  said: Pick<RestoreLogEntry, 'scope' | 'exportedAt' | 'counts' | 'forgotten'>,
  nowMs: number,
): DocumentToPut {
  const body: RestoreLogEntry = {
    atMs: nowMs,
    actor: actor.id,
    where: actor.where ?? null,
    what,
    ...said,
  };
  return { kind: restoreLogKind, id: randomUUID(), revision: 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + auditLongestMs, body };
}

const [consentKind, consentId] = ['restore-consent', 'last'];
const consentSchema = z.object({ notGiven: z.array(z.tuple([z.string(), z.number()])) });

/** The document that keeps `RestoredBy.notGiven`, in the place of what an earlier restore has left. */
export const restoreConsent = (notGiven: ReadonlyMap<string, number>, nowMs: number): DocumentToPut => ({
  kind: consentKind,
  id: consentId,
  revision: 0,
  atMs: nowMs,
  keys: [],
  expiresAtMs: nowMs + auditLongestMs,
  body: { notGiven: [...notGiven] } satisfies z.output<typeof consentSchema>,
});

/** What the last restore has left of `RestoredBy.notGiven`. Rejects with `gallery-unavailable`. */
export async function readRestoreConsent(documents: Pick<DocumentStore, 'get'>, signal: AbortSignal): Promise<Map<string, number>> {
  const { document } = await documents.get(consentKind, consentId, signal);
  return new Map(consentSchema.safeParse(document?.body).data?.notGiven);
}
