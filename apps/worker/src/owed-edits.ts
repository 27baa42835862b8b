import type { DocumentStore, DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { z } from 'zod';

/**
 * Its document's id is the visit's; its time is when to look at it, milliseconds since 1970. Those that nobody has asked for have their place in
 * the order instead, so that they come before all others: below `frontMs`, which is long ago.
 */
const kind = 'owed-edit';
const frontMs = 1_000_000_000;

const bodySchema = z.object({
  /** What the post says is of this revision of the visit, or of a later one, once it was said; null: nobody has asked for it yet. */
  revision: z.number().nullable(),
  /** How often it was asked for. */
  times: z.number(),
});
type Body = z.infer<typeof bodySchema>;
const unasked: Body = { revision: null, times: 0 };

/** A post that must be edited until it was seen to be: a queue can lose its jobs. */
export interface OwedEdit extends Body {
  visitId: string;
  stored: StoredDocument;
}

/** Asked for again after the first time, then after twice that, in the end once a day: the platform may refuse it. Milliseconds. */
const again = { firstMs: 10 * 60_000, mostMs: 86_400_000 };
const pageSize = 500;
/** A process has a few connections to the database, which others wait for, too. */
const atOnce = 10;

/**
 * The edits that are owed, one small document each, so that thousands of them cost no more than those that are due. Each comes up at least once a
 * day: one whose visit is gone is found then. Methods reject with `gallery-unavailable`, and with `document-conflict` where another was faster.
 */
export interface OwedEdits {
  /** From now on those of these visits are due, the first of them first, whether or not they were asked for before. */
  owe(visitIds: readonly string[], signal: AbortSignal): Promise<void>;
  /** All that are owed are due: whatever was asked for was asked for in another history. */
  oweAgain(signal: AbortSignal): Promise<void>;
  /** Those that are due, at most `limit`: first those that nobody has asked for. */
  due(nowMs: number, limit: number, signal: AbortSignal): Promise<OwedEdit[]>;
  /** Was asked for: that revision will say it. */
  asked(edit: OwedEdit, revision: number, nowMs: number, signal: AbortSignal): Promise<void>;
  /** Cannot be asked for now. */
  postpone(edit: OwedEdit, nowMs: number, signal: AbortSignal): Promise<void>;
  /** Was said, or there is no post any more. */
  done(edit: OwedEdit, signal: AbortSignal): Promise<void>;
}

/** On a store of documents. */
export function createOwedEdits(documents: DocumentStore): OwedEdits {
  const put = async (id: string, before: StoredDocument | undefined, atMs: number, body: Body, signal: AbortSignal): Promise<void> => {
    const next: DocumentToPut = { kind, id, revision: before?.revision ?? 0, atMs, keys: [], expiresAtMs: null, body };
    await documents.put(next, signal);
  };
  const owe: OwedEdits['owe'] = async (visitIds, signal) => {
    const ids = [...new Set(visitIds)];
    for (let start = 0; start < ids.length; start += atOnce) {
      const some = ids.slice(start, start + atOnce);
      const known = new Map((await documents.getAll(kind, some, signal)).map((each) => [each.id, each]));
      const writes = some.map(async (id, index) => {
        const before = known.get(id);
        // Whoever was killed here does not write them twice.
        if (!before || before.atMs >= frontMs) await put(id, before, start + index, unasked, signal);
      });
      await Promise.all(writes);
    }
  };
  return {
    owe,
    oweAgain: async (signal) => {
      for (;;) {
        const page = await documents.find({ kind, fromMs: frontMs, order: 'oldest', limit: pageSize }, signal);
        if (page.length === 0) return;
        await owe(
          page.map(({ id }) => id),
          signal,
        );
      }
    },
    due: async (nowMs, limit, signal) => {
      const due = await documents.find({ kind, beforeMs: nowMs + 1, order: 'oldest', limit }, signal);
      // What was noted while the clock was ahead would not come up for long.
      const ahead = { kind, fromMs: nowMs + again.mostMs + 1, order: 'newest', limit } as const;
      const found = due.length > 0 ? due : await documents.find(ahead, signal);
      return found.map((stored) => ({ ...bodyOf(stored), visitId: stored.id, stored }));
    },
    asked: ({ visitId, stored, times }, revision, nowMs, signal) => {
      const lookAtMs = nowMs + Math.min(again.firstMs * 2 ** times, again.mostMs);
      return put(visitId, stored, lookAtMs, { revision, times: times + 1 }, signal);
    },
    postpone: ({ visitId, stored, revision, times }, nowMs, signal) =>
      put(visitId, stored, nowMs + again.firstMs, { revision, times }, signal),
    done: ({ visitId, stored }, signal) => documents.remove(kind, visitId, stored.revision, signal),
  };
}

/** What another version wrote in another form is asked for once more. */
const bodyOf = ({ body }: StoredDocument): Body => bodySchema.safeParse(body).data ?? unasked;
