import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { DocumentStore } from './document-store.ts';

/** As long as changes of rules. Milliseconds. */
const keepMs = 400 * 86_400_000;

/** Who did what. Kept for 400 days. */
export interface Audit<T extends { atMs: number }> {
  /** Resolves to the id of its document. */
  record(done: Omit<T, 'atMs'>, signal: AbortSignal): Promise<string>;
  /** Newest first. */
  list(limit: number, signal: AbortSignal): Promise<T[]>;
}

/** An audit on a store of documents, each of this kind. What another version wrote in another form is left out. */
export function createAudit<T extends { atMs: number }>(documents: DocumentStore, kind: string, schema: z.ZodType<T>): Audit<T> {
  return {
    record: async (done, signal) => {
      const id = randomUUID();
      const atMs = Math.floor((await documents.get(kind, id, signal)).nowMs);
      const body = { ...done, atMs };
      await documents.put({ kind, id, revision: 0, atMs, keys: [], expiresAtMs: atMs + keepMs, body }, signal);
      return id;
    },
    list: async (limit, signal) =>
      (await documents.find({ kind, order: 'newest', limit }, signal)).flatMap(({ body }) => schema.safeParse(body).data ?? []),
  };
}
