import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { undoMs } from '@watchpost/gallery/gallery';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { AuditStore } from '@watchpost/gallery/store';
import { receiptSchema, type Receipt, type ReceiptBody } from './receipt.ts';

export const receiptKind = 'receipt';
/** Of those that are not verified yet. */
export const openKey = 'open';

/** A receipt with the revision that it was read at. */
export interface KeptReceipt extends Receipt {
  revision: number;
}

/** Entries that may not have a receipt yet: nobody forgets more people while a worker starts. */
const newestEntries = 200;

/** Receipts as they are stored, with those that are to be made of the newest wishes. Methods reject with `gallery-unavailable`. */
export interface Receipts {
  /** The newest first, also those that no worker has seen yet. */
  list(limit: number, signal: AbortSignal): Promise<Receipt[]>;
  /** Those whose ids begin like this, at most `limit`. */
  find(idStart: string, limit: number, signal: AbortSignal): Promise<Receipt[]>;
}

const most = 10_000;

/** Receipts for those who ask what became of a wish to be forgotten. */
export function createReceipts(documents: DocumentStore, audit: Pick<AuditStore, 'newest'>): Receipts {
  const list = async (limit: number, signal: AbortSignal): Promise<Receipt[]> => {
    const stored = (await documents.find({ kind: receiptKind, order: 'newest', limit }, signal)).flatMap((each) => readReceipt(each) ?? []);
    const known = new Set(stored.map(({ id }) => id));
    const entries = await audit.newest(newestEntries, {}, signal);
    const undone = new Set(entries.flatMap((entry) => (entry.undone ? [entry.id] : [])));
    const fresh = entries.flatMap((entry) => receiptOf(entry) ?? []).filter(({ id }) => !known.has(id));
    return [...fresh, ...stored.filter(({ id, state }) => !(state === 'pending' && undone.has(id)))]
      .sort((a, b) => b.acceptedAtMs - a.acceptedAtMs)
      .slice(0, limit);
  };
  return {
    list,
    find: async (idStart, limit, signal) => (await list(most, signal)).filter(({ id }) => id.startsWith(idStart)).slice(0, limit),
  };
}

export function readReceipt({ id, revision, body }: StoredDocument): KeptReceipt | null {
  const { data } = receiptSchema.safeParse(body);
  return data ? { ...data, id, revision } : null;
}

/** The receipt with which a wish to be forgotten begins; null: the entry is none, was undone, or is erased already. Pure. */
export function receiptOf(entry: AuditEntry): Receipt | null {
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
    places: {},
    nextLookAtMs: atMs,
    looks: 0,
  };
}

/** Writes it. Rejects with `document-conflict` if somebody else did since. `keepMs`: how long after it was accepted. */
export async function saveReceipt(
  documents: DocumentStore,
  { id, revision, ...body }: KeptReceipt,
  keepMs: number,
  signal: AbortSignal,
): Promise<KeptReceipt> {
  const { state, acceptedAtMs: atMs } = body;
  const keys = state === 'verified' ? [] : [openKey];
  const written: ReceiptBody = state === 'verified' ? { ...body, personIds: [], faceIds: [] } : body;
  const expiresAtMs = state === 'verified' ? atMs + keepMs : null;
  const stored = await documents.put({ kind: receiptKind, id, revision, atMs, keys, expiresAtMs, body: written }, signal);
  return { id, ...written, revision: stored.revision };
}
