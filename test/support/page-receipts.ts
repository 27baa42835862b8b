import { randomUUID } from 'node:crypto';
import type { ReceiptBody } from '@watchpost/privacy/receipts/receipt';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Keeps a receipt of somebody who was forgotten a day ago: that of a verified one, but for what is `given`. Resolves to its id. */
export async function keepReceipt(
  documents: DocumentStore,
  given: Partial<Pick<ReceiptBody, 'state' | 'places' | 'personIds' | 'verifiedAtMs' | 'doneAtMs'>> = {},
): Promise<string> {
  const id = randomUUID();
  const acceptedAtMs = Date.now() - dayMs;
  const body: ReceiptBody = {
    v: 1,
    state: 'verified',
    acceptedAtMs,
    dueAtMs: acceptedAtMs + 10 * minuteMs,
    doneAtMs: acceptedAtMs + 11 * minuteMs,
    verifiedAtMs: acceptedAtMs + 12 * minuteMs,
    version: 1,
    personIds: [],
    faceIds: [],
    names: [],
    places: {
      'people and faces': { found: 7, erased: 7, left: 0, why: null },
      sightings: { found: 1_204, erased: 1_204, left: 0, why: null },
      'posts and pictures': { found: 12, erased: 12, left: 0, why: null },
    },
    nextLookAtMs: acceptedAtMs,
    looks: 2,
    ...given,
  };
  const receipt = { kind: 'receipt', id, revision: 0, atMs: acceptedAtMs, keys: [], expiresAtMs: Date.now() + dayMs, body };
  await documents.put(receipt, new AbortController().signal);
  return id;
}

/** What is given of one of which a post is left that the bot cannot change. */
export const stuckReceipt = {
  state: 'erasing',
  doneAtMs: null,
  verifiedAtMs: null,
  personIds: ['somebody'],
  places: {
    sightings: { found: 1_204, erased: 1_204, left: 0, why: null },
    'posts and pictures': { found: 12, erased: 11, left: 1, why: 'the bot cannot change 1 in slack:C0ARCHIVE' },
  },
} satisfies Partial<ReceiptBody>;
