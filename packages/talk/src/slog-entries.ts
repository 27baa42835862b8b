import { z } from 'zod';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { ownerKey } from './person-hash.ts';

/** What somebody noted for themselves. */
export interface LogEntry {
  /** Counts from 1, and stays when others are erased. */
  number: number;
  atMs: number;
  text: string;
}

const kind = 'private-log-entry';
const pageSize = 100;
const entrySchema = z.object({ v: z.literal(1), number: z.number().int(), atMs: z.number(), text: z.string() });
const idOf = (epoch: string, number: number): string => `${epoch}-${number}`;

/** The entries of private logs. `epoch`: of a log, which begins anew after it was erased. */
export interface LogEntries {
  /** One that is there already stays as it is. */
  put(owner: ChannelKey, epoch: string, entry: LogEntry, signal: AbortSignal): Promise<void>;
  get(epoch: string, number: number, signal: AbortSignal): Promise<LogEntry | null>;
  /** Some with this number and those just before, the newest first. `next`: where to go on; null: there are no more. */
  downFrom(epoch: string, number: number, signal: AbortSignal): Promise<{ entries: LogEntry[]; next: number | null }>;
  /** Those with this number and below. */
  count(epoch: string, number: number, signal: AbortSignal): Promise<number>;
  /** One that is gone is no error. */
  remove(epoch: string, number: number, signal: AbortSignal): Promise<void>;
  /** Of all epochs. Resolves to how many there were. */
  removeAll(owner: ChannelKey, signal: AbortSignal): Promise<number>;
}

/** Entries on small documents. `keepMs`: how long one is kept; null: until it is erased. */
export function createLogEntries(documents: DocumentStore, { keepMs }: { keepMs: number | null }): LogEntries {
  // By their ids: of many that were noted in one second, an order by time would lose some between two pages.
  const downFrom: LogEntries['downFrom'] = async (epoch, number, signal) => {
    const ids = Array.from({ length: Math.min(pageSize, Math.max(0, number)) }, (_, index) => idOf(epoch, number - index));
    const found = ids.length === 0 ? [] : (await documents.getAll(kind, ids, signal)).map(({ body }) => entryOf(body));
    return { entries: found.toSorted((a, b) => b.number - a.number), next: number > pageSize ? number - pageSize : null };
  };
  return {
    put: async (owner, epoch, entry, signal) => {
      const expiresAtMs = keepMs === null ? null : entry.atMs + keepMs;
      const body = { v: 1, ...entry };
      const put = { kind, id: idOf(epoch, entry.number), revision: 0, atMs: entry.atMs, keys: [ownerKey(owner)], expiresAtMs, body };
      try {
        await documents.put(put, signal);
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    },
    get: async (epoch, number, signal) => {
      const { document } = await documents.get(kind, idOf(epoch, number), signal);
      return document ? entryOf(document.body) : null;
    },
    downFrom,
    count: async (epoch, number, signal) => {
      let count = 0;
      for (let from: number | null = number; from !== null;) {
        const page = await downFrom(epoch, from, signal);
        count += page.entries.length;
        from = page.next;
      }
      return count;
    },
    remove: (epoch, number, signal) => removeDocument(documents, kind, idOf(epoch, number), signal),
    removeAll: async (owner, signal) => {
      for (let removed = 0; ;) {
        const page = await documents.find({ kind, key: ownerKey(owner), order: 'oldest', limit: pageSize }, signal);
        if (page.length === 0) return removed;
        for (const { id } of page) await removeDocument(documents, kind, id, signal);
        removed += page.length;
      }
    },
  };
}

function entryOf(body: unknown): LogEntry {
  const { number, atMs, text } = entrySchema.parse(body);
  return { number, atMs, text };
}
