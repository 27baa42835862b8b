import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { z } from 'zod';
import { isWaiting } from '../editing/described.ts';
import { withheldReasons } from '../entry.ts';
import { entryKind, feedKey } from './entry-document.ts';

const pageSize = 500;

/** What of an entry tells how far it is: nothing of what it says, which is the most of it. */
const countedSchema = z.object({
  postedAtMs: z.number(),
  deletedAtUs: z.number().nullable(),
  versions: z.array(z.object({ atUs: z.number(), withheld: z.enum(withheldReasons).nullable() })),
  editorial: z.object({ isHidden: z.boolean() }).nullable(),
  published: z.object({ atUs: z.number() }).nullable(),
});

export interface EntryCounts {
  /** Those that are not deleted. */
  entries: number;
  shown: number;
  waiting: number;
  /** There are more than were counted. */
  isCut: boolean;
  /** When the newest was posted, milliseconds since 1970; null: there is none. */
  newestAtMs: number | null;
}

/** Counts the newest entries of a feed, `most` at most. Rejects with `gallery-unavailable`. */
export async function countEntries(
  documents: Pick<DocumentStore, 'find'>,
  slug: string,
  most: number,
  signal: AbortSignal,
): Promise<EntryCounts> {
  const counts: EntryCounts = { entries: 0, shown: 0, waiting: 0, isCut: false, newestAtMs: null };
  for await (const { body } of eachDocument(documents, { kind: entryKind, key: feedKey(slug) }, pageSize, signal)) {
    const entry = countedSchema.safeParse(body).data;
    if (!entry || entry.deletedAtUs !== null) continue;
    if (counts.entries === most) return { ...counts, isCut: true };
    counts.newestAtMs ??= entry.postedAtMs;
    counts.entries += 1;
    if (entry.published) counts.shown += 1;
    if (isWaiting(entry)) counts.waiting += 1;
  }
  return counts;
}
