import { setMaxListeners } from 'node:events';
import type { DocumentQuery, DocumentStore, DocumentToPut, StoredDocument } from '@watchpost/shared/documents/document-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { createMemoryDocuments } from '../support/memory-documents.ts';

setMaxListeners(0, never);

/** Why some were refused. */
function reasons(writes: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return writes.flatMap((write) => (write.status === 'rejected' ? [write.reason as unknown] : []));
}

interface Under {
  documents: () => DocumentStore;
  /** As another process sees the same documents. */
  another: () => Promise<DocumentStore>;
}

const doc = (over: Partial<DocumentToPut> = {}): DocumentToPut => ({
  kind: 'visit',
  id: 'v1',
  revision: 0,
  atMs: 1_000,
  keys: [],
  expiresAtMs: null,
  body: { faces: [] },
  ...over,
});

/** What every DocumentStore does. */
function behavesLikeOne({ documents, another }: Under): void {
  const put = async (over: Partial<DocumentToPut> = {}): Promise<StoredDocument> => documents().put(doc(over), never);
  const find = async (query: Partial<DocumentQuery> = {}): Promise<string[]> =>
    (await documents().find({ kind: 'visit', order: 'newest', limit: 100, ...query }, never)).map(({ id }) => id);
  const conflict = { code: 'document-conflict', retry: 'transient' };

  it('keeps every field, and JSON as it is', async () => {
    const body = { 'a.b': { $set: 1 }, $where: null, text: 'Zoë \0 \ud800 😀 "', list: [1, 0.1, [true, []]], z: 1, a: 2 };
    const document = doc({ atMs: 1_700_000_000_123, keys: ['camera:slack:C1 Tür', 'person:p1'], expiresAtMs: 4_000_000_000_456, body });
    const stored = { ...document, revision: 1 };
    expect(await documents().put(document, never)).toEqual(stored);
    const there = await another();
    expect((await there.get('visit', 'v1', never)).document).toEqual(stored);
    expect(await there.getAll('visit', ['v1'], never)).toEqual([stored]);
    expect(await there.find({ kind: 'visit', order: 'oldest', limit: 1 }, never)).toEqual([stored]);
    expect(Object.keys((await there.getAll('visit', ['v1'], never))[0]?.body ?? {})).toEqual(Object.keys(body));
  });

  it.each([null, 'text', 7, []])('keeps a body that is %j', async (body) => {
    await put({ body });
    expect((await documents().get('visit', 'v1', never)).document?.body).toEqual(body);
  });

  it('keeps a body of 500 kB', async () => {
    const body = { faces: Array.from({ length: 5_000 }, (_, number) => ({ number, text: 'x'.repeat(80) })) };
    await put({ body });
    expect((await documents().get('visit', 'v1', never)).document?.body).toEqual(body);
  });

  it('has nothing of what nobody wrote', async () => {
    await put();
    expect((await documents().get('visit', 'v2', never)).document).toBeNull();
    expect((await documents().get('turn', 'v1', never)).document).toBeNull();
    expect(await documents().getAll('visit', [], never)).toEqual([]);
    expect(await find({ kind: 'turn' })).toEqual([]);
  });

  it('tells the time, also of a document that is not there', async () => {
    const before = Date.now();
    const { nowMs } = await documents().get('visit', 'v1', never);
    await put();
    const later = await documents().get('visit', 'v1', never);
    expect(nowMs).toBeGreaterThanOrEqual(before - 1_000);
    expect(later.nowMs).toBeGreaterThanOrEqual(nowMs);
    expect(later.nowMs).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('gets several of one kind, those that there are', async () => {
    for (const id of ['v1', 'v2', 'v3']) await put({ id });
    await put({ kind: 'turn', id: 'v1' });
    const found = await documents().getAll('visit', ['v1', 'v3', 'v9'], never);
    expect(found.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(['visit v1', 'visit v3']);
  });

  it('is created by one writer only', async () => {
    const writes = await Promise.allSettled([1, 2, 3, 4].map(async (number) => (await another()).put(doc({ body: { number } }), never)));
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(reasons(writes)).toMatchObject([conflict, conflict, conflict]);
  });

  it('is changed by one of two writers who have seen the same revision, and the other one loses nothing of it', async () => {
    const first = await put();
    const writes = await Promise.allSettled(
      [1, 2, 3, 4].map(async (number) => (await another()).put({ ...first, keys: [`k${number}`], body: { number } }, never)),
    );
    const won = writes.flatMap((write) => (write.status === 'fulfilled' ? [write.value] : []));
    expect(won).toHaveLength(1);
    expect(reasons(writes)).toMatchObject([conflict, conflict, conflict]);
    expect((await documents().get('visit', 'v1', never)).document).toEqual(won[0]);
    expect(won[0]).toMatchObject({ revision: 2 });
    const keyed = await Promise.all([1, 2, 3, 4].map(async (number) => find({ key: `k${number}` })));
    expect(keyed.flat()).toEqual(['v1']);
  });

  it('is not written by whoever believes that there was none, or that there still is one', async () => {
    const first = await put();
    await expect(put()).rejects.toMatchObject(conflict);
    await documents().remove('visit', 'v1', 1, never);
    await expect(documents().put(first, never)).rejects.toMatchObject(conflict);
    expect((await documents().get('visit', 'v1', never)).document).toBeNull();
    expect((await put({ body: 'again' })).revision).toBe(1);
  });

  it('is removed as it was seen only; what is gone already may be removed again', async () => {
    const first = await put({ keys: ['k'] });
    const second = await documents().put(first, never);
    await expect(documents().remove('visit', 'v1', first.revision, never)).rejects.toMatchObject(conflict);
    expect(await find({ key: 'k' })).toEqual(['v1']);
    await documents().remove('visit', 'v1', second.revision, never);
    await documents().remove('visit', 'v1', second.revision, never);
    await documents().remove('visit', 'never there', 1, never);
    expect(await find()).toEqual([]);
    expect(await find({ key: 'k' })).toEqual([]);
  });

  describe('finding', () => {
    beforeEach(async () => {
      await put({ id: 'b', atMs: 2_000, keys: ['camera:1'] });
      await put({ id: 'c', atMs: 2_000, keys: ['camera:1', 'person:1'] });
      await put({ id: 'B', atMs: 2_000, keys: ['camera:2'] });
      await put({ id: 'a', atMs: 3_000, keys: ['camera:1'] });
      await put({ id: 'd', atMs: 1_000, keys: ['camera:1'] });
      await put({ kind: 'turn', id: 'e', atMs: 2_500, keys: ['camera:1'] });
    });

    it('sorts by time, then by the bytes of the id', async () => {
      expect(await find()).toEqual(['a', 'c', 'b', 'B', 'd']);
      expect(await find({ order: 'oldest' })).toEqual(['d', 'B', 'b', 'c', 'a']);
      expect(await find({ key: 'camera:1' })).toEqual(['a', 'c', 'b', 'd']);
      expect(await find({ key: 'camera:1', order: 'oldest', limit: 2 })).toEqual(['d', 'b']);
      expect(await find({ limit: 3 })).toEqual(['a', 'c', 'b']);
    });

    it('takes those from a time on, and before another one', async () => {
      expect(await find({ fromMs: 2_000 })).toEqual(['a', 'c', 'b', 'B']);
      expect(await find({ beforeMs: 2_000 })).toEqual(['d']);
      expect(await find({ key: 'camera:1', fromMs: 2_000, beforeMs: 3_000 })).toEqual(['c', 'b']);
      expect(await find({ fromMs: 0 })).toHaveLength(5);
    });

    it('knows whole keys only', async () => {
      expect(await find({ key: 'camera:' })).toEqual([]);
      expect(await find({ key: 'person:1' })).toEqual(['c']);
    });

    it('follows when a document changes its keys and its time', async () => {
      const document = (await documents().get('visit', 'c', never)).document;
      await documents().put({ ...doc(), ...document, atMs: 500, keys: ['person:1', 'person:2', 'person:2'] }, never);
      expect(await find({ key: 'camera:1' })).toEqual(['a', 'b', 'd']);
      expect(await find({ key: 'person:2' })).toEqual(['c']);
      expect(await find({ key: 'person:1', beforeMs: 1_000 })).toEqual(['c']);
      expect(await find({ order: 'oldest', limit: 1 })).toEqual(['c']);
    });
  });

  it('removes what is old of a kind, and nothing else', async () => {
    await put({ id: 'old', atMs: 999, keys: ['k'] });
    await put({ id: 'dated', atMs: 500, expiresAtMs: 4_000_000_000_000, keys: ['k'] });
    await put({ id: 'young', atMs: 1_000, keys: ['k'] });
    await put({ kind: 'other', id: 'old', atMs: 1 });
    expect(await documents().removeOld({ kind: 'visit', beforeMs: 1_000, dated: true }, never)).toBe(1);
    expect(await find()).toEqual(['young', 'old']);
    expect(await documents().removeOld({ kind: 'visit', beforeMs: 1_000, dated: false }, never)).toBe(1);
    expect([await find({ key: 'k' }), await find({ kind: 'other' })]).toEqual([['young'], ['old']]);
    expect(await documents().removeOld({ kind: 'visit', beforeMs: 1_000, dated: false }, never)).toBe(0);
  });

  it('removes what has expired, and nothing else', async () => {
    const { nowMs } = await documents().get('visit', 'v1', never);
    await put({ id: 'gone', expiresAtMs: nowMs - 1, keys: ['k'] });
    await put({ id: 'soon', expiresAtMs: nowMs + 1_500, keys: ['k'] });
    await put({ id: 'later', expiresAtMs: nowMs + 60_000, keys: ['k'] });
    await put({ id: 'never', keys: ['k'] });
    expect(await documents().expire(never)).toBe(1);
    expect(await find({ key: 'k' })).toEqual(['soon', 'never', 'later']);
    const prolonged = await put({ id: 'prolonged', expiresAtMs: nowMs - 1 });
    await documents().put({ ...prolonged, expiresAtMs: nowMs + 60_000 }, never);
    await expect.poll(async () => documents().expire(never), { timeout: 5_000 }).toBe(1);
    expect(await documents().expire(never)).toBe(0);
    expect(await find()).toEqual(['prolonged', 'never', 'later']);
  });
}

describe('documents in memory', () => {
  let documents: DocumentStore;
  beforeEach(() => {
    documents = createMemoryDocuments();
  });
  behavesLikeOne({ documents: () => documents, another: async () => documents });
});

onEachStore('documents', ({ database, another }) => {
  behavesLikeOne({ documents: () => database().documents, another: async () => (await another()).documents });

  it('does not ask the database once it is stopped', async () => {
    const stopped = AbortSignal.abort();
    await expect(database().documents.get('visit', 'v1', stopped)).rejects.toMatchObject({ code: 'aborted' });
    await expect(database().documents.put(doc(), stopped)).rejects.toMatchObject({ code: 'aborted' });
    expect((await database().documents.get('visit', 'v1', never)).document).toBeNull();
  });
});
