import { randomUUID } from 'node:crypto';
import { recentCommits } from '@watchpost/gallery/domain';
import { batchFaces, pageIds, type ChangeEvent } from '@watchpost/gallery/store';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { replacement } from '../support/keep-replacement.ts';
import { audit, changeset, newFace, newPerson } from '../support/gallery-samples.ts';
import { until } from '../support/until.ts';

async function* nothing(): AsyncGenerator<never> {}

onEachStore('gallery store', ({ backend, storage, database, another, commit, changesSince }) => {
  it('reports everything committed since a version', async () => {
    const { store } = database();
    const start = await store.head(never);
    expect(start).toMatchObject({ version: 0, nextNumber: 1, recent: [] });
    const first = await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1')], nextNumber: 2 });
    expect(first).toMatchObject({ epoch: start.epoch, version: 1, nextNumber: 2 });
    const second = await commit({
      persons: [newPerson('p2', { number: 7, aliases: ['Two'], formerNumbers: [4, 5], mergedInto: 'p1', mergedAtMs: 1_500 })],
      faces: [newFace('f22', 'p2', null, { snapshotId: 's1', position: 3, shows: 'p1' })],
      pairs: [{ id: 'p1 p2', personIds: ['p1', 'p2'], deleted: false }],
    });
    expect(second).toMatchObject({ version: 2, nextNumber: 2 });
    const all = await changesSince(0);
    expect(all.head).toMatchObject({ epoch: start.epoch, version: 2 });
    expect(all.persons.map(({ id }) => id).sort()).toEqual(['p1', 'p2']);
    const late = await changesSince(1);
    const two = { number: 7, aliases: ['Two'], formerNumbers: [4, 5], mergedInto: 'p1', mergedAtMs: 1_500 };
    expect(late.persons).toEqual([{ id: 'p2', ...newPerson('p2', two).set, version: 2 }]);
    expect(late.faces).toEqual([{ id: 'f22', ...newFace('f22', 'p2').set, snapshotId: 's1', position: 3, shows: 'p1', version: 2 }]);
    expect(late.pairs).toEqual([{ id: 'p1 p2', personIds: ['p1', 'p2'], deleted: false, version: 2 }]);
    expect(late.faults).toEqual([]);
    expect((await changesSince(0, false)).faces.map(({ embedding }) => embedding.length)).toEqual([0, 0]);
  });

  it('lets one of many commits on the same base succeed', async () => {
    const { store } = database();
    const base = await store.head(never);
    const tries = Array.from({ length: 12 }, (_, index) => changeset({ persons: [newPerson(`p${String(index)}`)], nextNumber: index + 2 }));
    const results = await Promise.all(tries.map(async (each, index) => store.commit(base, each, `c${String(index)}`, never)));
    const won = results.flatMap((result, index) => (typeof result === 'string' ? [] : [index]));
    expect(won).toHaveLength(1);
    expect(results.filter((result) => result === 'conflict')).toHaveLength(11);
    const { head, persons } = await changesSince(0);
    expect(head).toMatchObject({ version: 1, nextNumber: (won[0] ?? NaN) + 2, recent: [{ version: 1, id: `c${String(won[0])}` }] });
    expect(persons.map(({ id }) => id)).toEqual([`p${String(won[0])}`]);
  });

  it('names the last commits in the head, and refuses a base of another history', async () => {
    const { store } = database();
    const count = recentCommits + 3;
    for (let index = 1; index <= count; index += 1)
      await store.commit(await store.head(never), changeset({ nextNumber: index }), `c${String(index)}`, never);
    const head = await store.head(never);
    expect(head.recent).toEqual(Array.from({ length: recentCommits }, (_, index) => ({ version: index + 4, id: `c${String(index + 4)}` })));
    expect(await store.commit({ ...head, epoch: 'another' }, changeset({ persons: [newPerson('p1')] }), 'x', never)).toBe('conflict');
    expect((await store.head(never)).version).toBe(count);
  });

  it("tells the database's time", async () => {
    const [before, { nowMs }, after] = [Date.now(), await database().store.head(never), Date.now()];
    // The server of a test runs on this machine, by the same clock.
    expect(nowMs).toBeGreaterThanOrEqual(before - 5);
    expect(nowMs).toBeLessThanOrEqual(after + 5);
    expect((await commit({ persons: [newPerson('p1')] })).nowMs).toBeGreaterThanOrEqual(nowMs);
  });

  it('gets another epoch with a restore, and keeps no commits of the time before', async () => {
    await commit({ persons: [newPerson('p1')] });
    const before = await database().store.head(never);
    await database().archive.replaceAll(replacement(1), nothing(), never);
    const after = await database().store.head(never);
    expect(after.epoch).not.toBe(before.epoch);
    expect(after).toMatchObject({ version: 2, recent: [] });
    expect(await database().store.commit(before, changeset(), 'x', never)).toBe('conflict');
    expect((await (await another()).store.head(never)).epoch).toBe(after.epoch);
  });

  it('changes only the fields in the change, and leaves deleted ones out of a full read', async () => {
    await commit({
      persons: [newPerson('p1'), newPerson('p2')],
      faces: [newFace('f1', 'p1'), newFace('f22', 'p1')],
      pairs: [{ id: 'p1 p2', personIds: ['p1', 'p2'], deleted: false }],
    });
    const { version } = await commit({
      persons: [
        { id: 'p1', isNew: false, set: { ignored: true } },
        { id: 'p2', isNew: false, set: { deleted: true } },
      ],
      faces: [
        { id: 'f1', isNew: false, set: { personId: 'p2', role: 'negative', shows: 'p1' } },
        { id: 'f22', isNew: false, set: { deleted: true } },
      ],
      pairs: [{ id: 'p1 p2', personIds: ['p1', 'p2'], deleted: true }],
    });
    const all = await changesSince(0);
    expect(all.persons).toEqual([{ id: 'p1', ...newPerson('p1', { ignored: true }).set, version }]);
    expect(all.faces).toMatchObject([{ id: 'f1', personId: 'p2', role: 'negative', shows: 'p1', quality: 0.5 }]);
    expect(all.pairs).toEqual([]);
    const late = await changesSince(version - 1);
    expect(late.persons.find(({ id }) => id === 'p2')?.deleted).toBe(true);
    expect(late.faces.find(({ id }) => id === 'f22')?.deleted).toBe(true);
    expect(late.pairs).toMatchObject([{ id: 'p1 p2', deleted: true }]);
    await commit({ pairs: [{ id: 'p1 p2', personIds: ['p1', 'p2'], deleted: false }] });
    expect((await changesSince(0)).pairs).toMatchObject([{ deleted: false }]);
  });

  it('reads more faces than fit in one batch, each once, and the ids of all', async () => {
    const count = 2 * batchFaces + 30;
    const faces = Array.from({ length: count }, (_, index) => newFace(`f-${String(index)}`, 'p1'));
    await commit({ persons: [newPerson('p1')], faces: faces.slice(0, batchFaces + 10) });
    await commit({ faces: faces.slice(batchFaces + 10) });
    await commit({ faces: [{ id: 'f-7', isNew: false, set: { deleted: true } }] });
    for (const [since, expected] of [
      [0, count - 1],
      [1, count - batchFaces - 10 + 1],
    ] as const) {
      const sizes: number[] = [];
      const ids: string[] = [];
      const visit = (batch: { faces: { id: string }[] }): void => {
        sizes.push(batch.faces.length);
        ids.push(...batch.faces.map(({ id }) => id));
      };
      await database().store.changes(since, { embeddings: false }, visit, never);
      expect([ids.length, new Set(ids).size]).toEqual([expected, expected]);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(batchFaces);
    }
    const all: string[] = [];
    await database().store.ids('face', (page) => all.push(...page), never);
    expect(all.sort()).toEqual(faces.flatMap(({ id }) => (id === 'f-7' ? [] : [id])).sort());
    const persons: string[] = [];
    await database().store.ids('person', (page) => persons.push(...page), never);
    expect(persons).toEqual(['p1']);
  });

  it('reads ids in pages, and lets others run after each', async () => {
    const persons = Array.from({ length: 2 * pageIds + 1 }, (_, index) => newPerson(`p${String(index)}`));
    await commit({ persons });
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns += 1;
      turning = setImmediate(turn);
    });
    const pages: { turn: number; size: number }[] = [];
    await database().store.ids('person', ({ length: size }) => pages.push({ turn: turns, size }), never);
    clearImmediate(turning);
    expect(pages.map(({ size }) => size)).toEqual([pageIds, pageIds, 1]);
    expect(new Set(pages.map(({ turn }) => turn)).size).toBe(3);
  });

  it('reads faces by id or by person', async () => {
    const { store } = database();
    await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1'), newFace('f22', 'p1'), newFace('f3', 'p2')] });
    await commit({ faces: [{ id: 'f22', isNew: false, set: { deleted: true } }] });
    const byId = await store.faces({ ids: ['f1', 'f22', 'f9'] }, { embeddings: true }, never);
    expect(byId).toEqual([{ id: 'f1', ...newFace('f1', 'p1').set, version: 1 }]);
    const byPerson = await store.faces({ personIds: ['p1', 'p2'] }, { embeddings: false }, never);
    expect(byPerson.map(({ id, embedding }) => `${id}: ${String(embedding.length)}`).sort()).toEqual(['f1: 0', 'f3: 0']);
  });

  it('refuses for ever what the database cannot hold, and changes nothing then', async () => {
    const { store } = database();
    // Neither database takes it: MongoDB no document over 16 MB, PostgreSQL no NUL.
    const name = backend.name === 'PostgreSQL' ? 'A\u0000da' : 'A'.repeat(17 * 1024 * 1024);
    const call = store.commit(await store.head(never), changeset({ persons: [newPerson('p1', { name })] }), 'c1', never);
    await expect(call).rejects.toMatchObject({ code: 'gallery-refused', retry: 'permanent' });
    expect((await store.head(never)).version).toBe(0);
    await commit({ persons: [newPerson('p1')] });
    expect((await changesSince(0)).persons).toHaveLength(1);
  });

  it('does nothing when it was aborted before', async () => {
    const aborted = AbortSignal.abort();
    await commit({ persons: [newPerson('p1')] });
    const { store, archive, audit: entries, eraser } = database();
    const base = await store.head(never);
    let visited = 0;
    for (const call of [
      async () => store.changes(0, { embeddings: true }, () => (visited += 1), aborted),
      async () => store.commit(base, changeset({ persons: [newPerson('p2')] }), randomUUID(), aborted),
      async () => archive.replaceAll(replacement(9), nothing(), aborted),
      async () => entries.newest(1, {}, aborted),
      async () => eraser.erase({ deletedMs: 0, auditMs: 0, mergedMs: 0 }, aborted),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'aborted' });
    expect(visited).toBe(0);
    expect(await store.head(never)).toEqual({ ...base, nowMs: expect.any(Number) });
  });

  it('keeps the audit, finds entries by actor and by the beginning of their id', async () => {
    const entry = audit({ id: 'abc%1' });
    await commit({ persons: [newPerson('p1')], audit: entry });
    const other = audit({ id: 'abd', actor: { id: 'platform:U1', where: 'C1' } });
    await commit({ audit: other });
    const undo = audit({ id: 'xyz', action: 'undo', undoes: entry.id, inverse: null });
    await commit({ audit: undo });
    const entries = database().audit;
    const undone = { ...entry, version: 1, undone: true };
    expect(await entries.newest(5, {}, never)).toEqual([{ ...undo, version: 3 }, { ...other, version: 2 }, undone]);
    expect(await entries.newest(1, { actor: 'platform:U1' }, never)).toEqual([{ ...other, version: 2 }]);
    expect((await entries.newest(1, { actor: 'cli' }, never)).map(({ id }) => id)).toEqual(['xyz']);
    expect(await entries.newest(5, { actor: 'cli', below: 3 }, never)).toEqual([undone]);
    expect(await entries.newest(5, { below: 3 }, never)).toEqual([{ ...other, version: 2 }, undone]);
    expect(await entries.find('abc', never)).toEqual([undone]);
    expect((await entries.find('ab', never)).map(({ id }) => id).sort()).toEqual(['abc%1', 'abd']);
    expect(await entries.find('abc%', never)).toEqual([undone]);
    expect(await entries.find('%', never)).toEqual([]);
  });

  it.skipIf(backend.name.includes('standalone'))('reports commits and edits by hand at once', async () => {
    const { feed } = database();
    expect(feed.kind).toBe('push');
    await commit({ persons: [newPerson('p1')] });
    const events: ChangeEvent[] = [];
    const stop = new AbortController();
    let listening = false;
    const over = feed.watch(
      (event) => events.push(event),
      () => (listening = true),
      stop.signal,
    );
    await until('it listens', () => listening, 5_000);
    await commit({ persons: [newPerson('p2')] });
    await until('the commit is reported', () => events.includes('changed'), 2_000);
    events.length = 0;
    await backend.renameByHand(storage(), 'Name of p1', 'Ada');
    await until('the edit is reported', () => events.includes('edited'), 2_000);
    events.length = 0;
    await backend.removeByHand(storage(), 'Ada');
    await until('the removal is reported', () => events.includes('edited'), 2_000);
    stop.abort();
    await over;
  });
});
