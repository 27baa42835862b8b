import { createOwedEdits, type OwedEdit } from '@watchpost/worker/owed-edits';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';

const count = 70;
const ids = Array.from({ length: count }, (_, index) => `visit-${String(index).padStart(4, '0')}`);
const minuteMs = 60_000;
const idsOf = (edits: readonly OwedEdit[]): string[] => edits.map(({ visitId }) => visitId);

onEachStore('the edits that are owed', ({ database, another }) => {
  it('come up in their order, some at a time, each until it is done', async () => {
    const owedEdits = createOwedEdits(database().documents);
    const nowMs = Date.now();
    await owedEdits.owe([...ids, ...ids], never);
    const first = await owedEdits.due(nowMs, 30, never);
    expect(idsOf(first)).toEqual(ids.slice(0, 30));
    for (const edit of first) await owedEdits.asked(edit, 7, nowMs, never);
    // Another worker goes on.
    const other = createOwedEdits((await another()).documents);
    expect(idsOf(await other.due(nowMs, 30, never))).toEqual(ids.slice(30, 60));
    for (const edit of await other.due(nowMs, count, never)) await other.done(edit, never);
    expect(await other.due(nowMs + 10 * minuteMs - 1, 30, never)).toEqual([]);
    const again = await other.due(nowMs + 10 * minuteMs, 100, never);
    expect(again.map(({ visitId, revision, times }) => ({ visitId, revision, times }))).toEqual(
      ids.slice(0, 30).map((visitId) => ({ visitId, revision: 7, times: 1 })),
    );
    await expect(owedEdits.done({ ...again[0]!, stored: first[0]!.stored }, never)).rejects.toMatchObject({ code: 'document-conflict' });
  });

  it('are looked at after ten minutes, twice that, and so on, at last once a day', async () => {
    const owedEdits = createOwedEdits(database().documents);
    await owedEdits.owe(['visit-1'], never);
    const waits: number[] = [];
    let nowMs = Date.now();
    for (let time = 0; time < 10; time += 1) {
      const [edit] = await owedEdits.due(nowMs, 1, never);
      await owedEdits.asked(edit!, time, nowMs, never);
      const { document } = await database().documents.get('owed-edit', 'visit-1', never);
      waits.push((document!.atMs - nowMs) / minuteMs);
      nowMs = document!.atMs;
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440]);
  });

  it('are all due in another history, whenever they were to be looked at', async () => {
    const owedEdits = createOwedEdits(database().documents);
    const nowMs = Date.now();
    await owedEdits.owe(ids, never);
    for (const edit of await owedEdits.due(nowMs, count / 2, never)) await owedEdits.asked(edit, 7, nowMs, never);
    for (let call = 0; call < 2; call += 1) {
      await owedEdits.oweAgain(never);
      const due = await owedEdits.due(nowMs, 2 * count, never);
      expect(new Set(idsOf(due))).toEqual(new Set(ids));
      expect(new Set(due.map(({ revision }) => revision))).toEqual(new Set([null]));
    }
  });
});
