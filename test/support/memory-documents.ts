import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';

/** A DocumentStore in memory, for tests of what stands on one; the contract suite holds it to what databases do. */
export function createMemoryDocuments(now: () => number = Date.now): DocumentStore {
  const documents = new Map<string, StoredDocument>();
  const keyOf = (kind: string, id: string): string => JSON.stringify([kind, id]);
  const current = (kind: string, id: string): StoredDocument | null => {
    const found = documents.get(keyOf(kind, id));
    return found ? structuredClone(found) : null;
  };
  return {
    get: async (kind, id) => ({ document: current(kind, id), nowMs: now() }),
    getAll: async (kind, ids) => ids.flatMap((id) => current(kind, id) ?? []),
    put: async (document) => {
      if ((current(document.kind, document.id)?.revision ?? 0) !== document.revision)
        throw new AppError('document-conflict', `another writer changed ${document.kind} ${document.id}`);
      const next = structuredClone({ ...document, revision: document.revision + 1 });
      documents.set(keyOf(document.kind, document.id), next);
      return structuredClone(next);
    },
    remove: async (kind, id, revision) => {
      const found = current(kind, id);
      if (!found) return;
      if (found.revision !== revision) throw new AppError('document-conflict', `another writer changed ${kind} ${id}`);
      documents.delete(keyOf(kind, id));
    },
    find: async ({ kind, key, fromMs = -Infinity, beforeMs = Infinity, order, limit }) => {
      const sign = order === 'newest' ? -1 : 1;
      return [...documents.values()]
        .filter(
          (each) => each.kind === kind && (key === undefined || each.keys.includes(key)) && each.atMs >= fromMs && each.atMs < beforeMs,
        )
        .sort((a, b) => sign * (a.atMs - b.atMs || (a.id < b.id ? -1 : 1)))
        .slice(0, limit)
        .map((each) => structuredClone(each));
    },
    removeOld: async ({ kind, beforeMs, dated }) => {
      const old = [...documents].filter(([, each]) => each.kind === kind && each.atMs < beforeMs && (!dated || each.expiresAtMs !== null));
      for (const [key] of old) documents.delete(key);
      return old.length;
    },
    expire: async () => {
      const expired = [...documents].filter(([, { expiresAtMs }]) => expiresAtMs !== null && expiresAtMs <= now());
      for (const [key] of expired) documents.delete(key);
      return expired.length;
    },
  };
}
