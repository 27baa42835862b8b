import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { undoMs } from '@watchpost/gallery/gallery';
import type { AuditEntry } from '@watchpost/gallery/domain';
import { receiptSchema, type ReceiptBody } from './receipt.ts';

export const receiptKind = 'receipt';
/** Of those that are not verified or settled yet. */
export const openKey = 'open';

/** A receipt as it is stored, with the revision that it was read at. */
export interface KeptReceipt extends ReceiptBody {
  id: string;
  revision: number;
}

/** Nobody looks any more. Pure. */
export const isClosed = ({ state }: Pick<ReceiptBody, 'state'>): boolean => state === 'verified' || state === 'settled';

export function readReceipt({ id, revision, body }: StoredDocument): KeptReceipt | null {
  const { data } = receiptSchema.safeParse(body);
  return data ? { ...data, id, revision } : null;
}

/** The receipt with which a wish to be forgotten begins; null: the entry is none, was undone, or is erased already. Pure. */
export function receiptOf(entry: AuditEntry): Omit<KeptReceipt, 'revision'> | null {
  const { id, action, undone, inverse, atMs, version } = entry;
  if (action !== 'forget' || undone || !inverse) return null;
  const removed = ({ set }: { set: { deleted?: boolean } }): boolean => set.deleted === false;
  return {
    id,
    v: 1,
    state: 'pending',
    acceptedAtMs: atMs,
    dueAtMs: atMs + undoMs,
    doneAtMs: null,
    verifiedAtMs: null,
    version,
    personIds: inverse.persons.filter(removed).map((person) => person.id),
    faceIds: inverse.faces.filter(removed).map((face) => face.id),
    names: [],
    places: {},
    nextLookAtMs: atMs,
    looks: 0,
  };
}

/**
 * Writes it. Rejects with `document-conflict` if somebody else did since. `keepMs`: how long after it was accepted. Until it is verified or settled its time
 * is that of its next look: those that are due are found by it, however many wait.
 */
export async function saveReceipt(
  documents: DocumentStore,
  { id, revision, ...body }: KeptReceipt,
  keepMs: number,
  signal: AbortSignal,
): Promise<KeptReceipt> {
  const isOver = isClosed(body);
  const written: ReceiptBody = isOver ? { ...body, personIds: [], faceIds: [], names: [] } : body;
  const times = isOver
    ? { atMs: body.acceptedAtMs, expiresAtMs: body.acceptedAtMs + keepMs }
    : { atMs: body.nextLookAtMs, expiresAtMs: null };
  const stored = await documents.put({ kind: receiptKind, id, revision, keys: isOver ? [] : [openKey], ...times, body: written }, signal);
  return { id, ...written, revision: stored.revision };
}
