import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { AuditStore } from '@watchpost/gallery/store';
import type { Receipt } from './receipt.ts';
import { readReceipt, receiptKind, receiptOf } from './stored-receipt.ts';
import { unseenWishes } from './wishes.ts';

/** Receipts as people read them, with those that are to be made of the newest wishes. Methods reject with `gallery-unavailable`. */
export interface Receipts {
  /** Those that are not verified first, also those that no worker has seen yet; then the newest. */
  list(limit: number, signal: AbortSignal): Promise<Receipt[]>;
  /** Those whose ids begin like this, at most `limit`. */
  find(idStart: string, limit: number, signal: AbortSignal): Promise<Receipt[]>;
}

const most = 10_000;

/** Receipts for those who ask what became of a wish to be forgotten. */
export function createReceipts(documents: DocumentStore, audit: AuditStore): Receipts {
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
    return listed
      .sort((a, b) => Number(a.state === 'verified') - Number(b.state === 'verified') || b.acceptedAtMs - a.acceptedAtMs)
      .slice(0, limit);
  };
  return {
    list,
    find: async (idStart, limit, signal) => (await list(most, signal)).filter(({ id }) => id.startsWith(idStart)).slice(0, limit),
  };
}
