import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';

onEachStore('a mark of what was written', ({ database }) => {
  const put = async (id: string, atMs: number, revision = 0) =>
    database().documents.put({ kind: 'violation', id, revision, atMs, keys: [], expiresAtMs: null, body: {} }, never);
  const mark = async (): Promise<string> => database().writesOf('violation', never);

  it('is another one after each write, also where one goes and another one comes', async () => {
    const nowMs = Date.now();
    const marks = [await mark()];
    const note = async () => marks.push(await mark());
    await put('v1', nowMs - 2_000);
    await note();
    await put('v2', nowMs);
    await note();
    await put('v2', nowMs, 1);
    await note();
    await database().documents.remove('violation', 'v1', 1, never);
    await note();
    // Of the revision of the one that went, and older than the newest.
    await put('v3', nowMs - 1_000);
    await note();
    expect(new Set(marks).size).toBe(marks.length);
    expect(await mark()).toBe(marks.at(-1));
    await database().documents.put({ kind: 'visit', id: 'v1', revision: 0, atMs: nowMs, keys: [], expiresAtMs: null, body: {} }, never);
    expect(await mark()).toBe(marks.at(-1));
  });
});
