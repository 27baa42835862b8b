import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { DocumentStore } from './document-store.ts';

/**
 * An audit is removed by AUDIT_KEEP_DAYS, whatever it was when the entry was written: its own date is the longest that can be set. Milliseconds.
 */
export const auditLongestMs = 3_650 * 86_400_000;

/** Who did what. Kept for AUDIT_KEEP_DAYS, which workers see to: the kind stands in packages/privacy/src/retention/enforce.ts. */
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
      await documents.put({ kind, id, revision: 0, atMs, keys: [], expiresAtMs: atMs + auditLongestMs, body }, signal);
      return id;
    },
    list: async (limit, signal) =>
      (await documents.find({ kind, order: 'newest', limit }, signal)).flatMap(({ body }) => schema.safeParse(body).data ?? []),
  };
}
