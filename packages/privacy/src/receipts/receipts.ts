import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { AppError } from '@watchpost/shared/errors';
import type { Actor } from '@watchpost/gallery/domain';
import type { AuditStore } from '@watchpost/gallery/store';
import type { PlaceName } from '../export/places.ts';
import type { Receipt } from './receipt.ts';
import { isClosed, readReceipt, receiptKind, receiptOf, saveReceipt, type KeptReceipt } from './stored-receipt.ts';
import { unseenWishes } from './wishes.ts';

/** Receipts as people read them, with those that are to be made of the newest wishes. Methods reject with `gallery-unavailable`. */
export interface Receipts {
  /** Those that are not verified or settled first, also those that no worker has seen yet; then the newest. */
  list(limit: number, signal: AbortSignal): Promise<Receipt[]>;
  /** Those whose ids begin like this, at most `limit`. */
  find(idStart: string, limit: number, signal: AbortSignal): Promise<Receipt[]>;
  /**
   * Ends a receipt of which something is left in the chat that the bot cannot change: what that is stays written down, with who says so, and
   * nothing by which the person is found. Rejects with `change-refused` where something else is left, or nothing.
   */
  settle(id: string, note: string, by: Actor, signal: AbortSignal): Promise<Receipt>;
}

const most = 10_000;
const mostNote = 500;
/** What is in somebody else's hands: all else a worker erases, sooner or later. */
const inTheChat: readonly PlaceName[] = ['posts and pictures', 'visits', 'digests and messages'];

/** Receipts for those who ask what became of a wish to be forgotten. `keepMs`: how long after it was accepted one is kept. */
export function createReceipts(documents: DocumentStore, audit: AuditStore, keepMs: number): Receipts {
  const isUndone = async ({ id, state }: Receipt, signal: AbortSignal): Promise<boolean> =>
    state === 'pending' && (await audit.find(id, signal)).some(({ undone }) => undone);
  const list = async (limit: number, signal: AbortSignal): Promise<Receipt[]> => {
    const stored = (await documents.find({ kind: receiptKind, order: 'newest', limit }, signal)).flatMap((each) => readReceipt(each) ?? []);
    const known = new Set(stored.map(({ id }) => id));
    const fresh = (await unseenWishes({ documents, audit }, signal)).flatMap((entry) => receiptOf(entry) ?? []);
    const listed: Receipt[] = [];
    for (const { names: _n, ...receipt } of [
      ...fresh.filter(({ id }) => !known.has(id)),
      ...stored.map(({ revision: _r, ...each }) => each),
    ])
      if (!(await isUndone(receipt, signal))) listed.push(receipt);
    return listed.sort((a, b) => Number(isClosed(a)) - Number(isClosed(b)) || b.acceptedAtMs - a.acceptedAtMs).slice(0, limit);
  };
  return {
    list,
    find: async (idStart, limit, signal) => (await list(most, signal)).filter(({ id }) => id.startsWith(idStart)).slice(0, limit),
    settle: (id, note, by, signal) =>
      untilNoConflict(async () => {
        const { document, nowMs } = await documents.get(receiptKind, id, signal);
        const receipt = settleable(document && readReceipt(document), note);
        const settled = { atMs: Math.floor(nowMs), by: by.id, note };
        const {
          revision: _r,
          names: _n,
          ...written
        } = await saveReceipt(documents, { ...receipt, state: 'settled', settled }, keepMs, signal);
        return written;
      }, signal),
  };
}

/** Whether something is left, and only in the chat: what somebody may settle. Pure. */
export const isSettleable = (receipt: Pick<Receipt, 'state' | 'places'>): boolean => whyNotSettled(receipt) === null;

/** Throws `change-refused` for one that is not to be settled. */
function settleable(receipt: KeptReceipt | null, note: string): KeptReceipt {
  if (note.trim() === '' || note.length > mostNote) throw new AppError('change-refused', `a note has 1 to ${mostNote} characters`);
  const refusal = whyNotSettled(receipt);
  if (receipt && refusal === null) return receipt;
  throw new AppError('change-refused', refusal ?? '');
}

function whyNotSettled(receipt: Pick<Receipt, 'state' | 'places'> | null): string | null {
  if (receipt?.state !== 'erasing') return 'nothing is to be settled here: it is not due yet, or over';
  const left = Object.entries(receipt.places).flatMap(([name, count]) => (count.left > 0 || count.why !== null ? name : []));
  if (left.length === 0) return 'nothing is left: a worker looks once more, and then it is over';
  const others = left.filter((name) => !inTheChat.some((place) => place === name));
  return others.length === 0 ? null : `only what is left in the chat can be settled; a worker erases the rest: ${others.join(', ')}`;
}
