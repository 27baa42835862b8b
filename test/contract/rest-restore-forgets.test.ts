import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { forgottenIn } from '@watchpost/cli/support/forgotten-since';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive, type Restored } from '@watchpost/gallery/archive/restore-archive';
import { toAppError } from '@watchpost/shared/errors';
import { Collection, Db } from 'mongodb';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeGallery, reader } from '../support/gallery-rig.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

describeGallery('restoring over a database that has forgotten somebody', (rig) => {
  let folder: string;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'restore-forgets-'));
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(async () => rm(folder, { recursive: true }));

  const save = async (): Promise<string> => {
    count += 1;
    const file = path.join(folder, `${String(count)}.gz`);
    await rig.withDatabase((database) => exportArchive(database, file, {}, never));
    return file;
  };
  const restore = (file: string, confirm?: () => Promise<void>): Promise<Restored> =>
    rig.withDatabase(async (database) => {
      const forget = { ...(await forgottenIn(database, never)), by: reader };
      return restoreArchive(database, file, { replace: true, forget, ...(confirm && { confirm }) }, never);
    });
  /** Everything of the gallery that is not deleted, without what differs from history to history. */
  const live = async () => {
    const { persons, faces, pairs } = await rig.contents();
    const sorted = (rows: { id: string }[]) =>
      rows.map((row) => ({ ...row, version: 0, mergedAtMs: 0 })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return { persons: sorted(persons), faces: sorted(faces), pairs: sorted(pairs) };
  };
  /** Ada, who was merged with an unknown, and of whom others have faces: by a mistake, and as a counter-example. Bob was told apart from her. */
  const meetAda = async (): Promise<void> => {
    const crop = new Uint8Array([255, 216, 1]);
    for (const seed of [1, 2, 3, 4]) await rig.see(strangerVector(seed), `s${String(seed)}`, { crop });
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await rig.apply({ kind: 'merge', from: 'Unknown 3', into: 'Ada' });
    await rig.apply({ kind: 'distinguish', person: 'Ada', other: 'Bob' });
    await rig.see(strangerVector(2), 'mistaken');
    await rig.apply({ kind: 'assign', snapshotId: 'mistaken', position: 0, person: (await rig.called('Ada')).id });
  };
  const isRead = (before: number) => until('the restored database is read', () => rig.opened.gallery.position().version > before);

  it('leaves what forgetting leaves, and an undo brings back all of it', async () => {
    await meetAda();
    const before = await live();
    const file = await save();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    const forgotten = await live();
    expect(forgotten.faces.length).toBeLessThan(before.faces.length);
    expect(before.pairs.length).toBeGreaterThan(forgotten.pairs.length);
    const { version } = rig.opened.gallery.position();
    expect(await restore(file)).toMatchObject({ forgotten: 1 });
    expect(await live()).toEqual(forgotten);
    await isRead(version);
    expect(JSON.stringify(await rig.see(strangerVector(1), 'again'))).not.toContain('Ada');
    const [entry] = (await rig.opened.operations.history(5, never)).filter(({ action }) => action === 'forget');
    expect(entry).toMatchObject({ actor: reader, summary: 'Ada was forgotten', undone: false });
    await rig.undo(entry?.id);
    const { persons, faces, pairs } = await live();
    const ids = (rows: { id: string }[]) => new Set(rows.map(({ id }) => id));
    expect([...ids(before.persons)].filter((id) => !ids(persons).has(id))).toEqual([]);
    expect([...ids(before.faces)].filter((id) => !ids(faces).has(id))).toEqual([]);
    expect(pairs.map(({ id }) => id)).toEqual(before.pairs.map(({ id }) => id));
    const crops = await rig.withDatabase(({ store }) => Promise.all(before.faces.map(async ({ id }) => store.crop(id, never))));
    expect(crops.filter(Boolean)).not.toEqual([]);
  });

  it('lets nobody see them in between, whatever is written', async () => {
    await meetAda();
    const file = await save();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    /** The names that others could read at each look; null: it was locked. */
    const seen: (string[] | null)[] = [];
    await rig.withDatabase(async (watching) => {
      const look = async (): Promise<void> => {
        const names: string[] = [];
        const read = watching.store.changes(
          0,
          { embeddings: false },
          ({ persons }) => names.push(...persons.map(({ name }) => name)),
          never,
        );
        seen.push(
          await read.then(
            () => names,
            (error: unknown) => (toAppError(error).code === 'gallery-unavailable' ? null : ['?']),
          ),
        );
      };
      aroundWrites(look);
      await restore(file, look);
      await look();
    });
    // On PostgreSQL it is one transaction.
    const isMongo = rig.storage.MONGO_CONNECTION_STRING !== undefined;
    expect(seen.length).toBeGreaterThan(isMongo ? 15 : 1);
    expect(seen.includes(null)).toBe(isMongo);
    const sets = new Set(seen.flatMap((names) => (names ? names.toSorted((a, b) => a.localeCompare(b)).join(', ') : [])));
    expect([...sets]).toEqual(['Bob, Unknown 4']);
  });

  it('forgets them where it is taken up after it was killed in its last moment', async () => {
    await meetAda();
    const { id: ada } = await rig.called('Ada');
    const file = await save();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    const isMongo = rig.storage.MONGO_CONNECTION_STRING !== undefined;
    // The persons have taken their place, the audit has not.
    dieAfter(5);
    const killed = restore(file, isMongo ? undefined : async () => Promise.reject(new Error('killed')));
    await expect(killed).rejects.toThrow(/killed|failed/);
    vi.restoreAllMocks();
    const names = (): Promise<unknown> =>
      rig.contents().then(
        ({ persons }) => persons.map(({ name }) => name).toSorted((one, other) => one.localeCompare(other)),
        (error: unknown) => toAppError(error).code,
      );
    const stopped = isMongo ? 'gallery-unavailable' : ['Bob', 'Unknown 4'];
    const noted = await rig.withDatabase(({ archive }) => archive.unfinished(never));
    expect([await names(), noted?.includes(ada)]).toEqual([stopped, isMongo ? true : undefined]);
    expect(await restore(file)).toMatchObject({ forgotten: 1 });
    expect(await names()).toEqual(['Bob', 'Unknown 4']);
  });

  it('forgets them in a later restore too, if the first backup is from before they came', async () => {
    const before = await save();
    await meetAda();
    const { id: ada } = await rig.called('Ada');
    const file = await save();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect(await restore(before)).toMatchObject({ forgotten: 0 });
    const told = await rig.withDatabase(({ audit }) => audit.newest(9, {}, never));
    expect(told.find(({ personIds }) => personIds[0] === ada)).toMatchObject({ action: 'forget', actor: reader, summary: '(erased)' });
    // Once more: it is not told twice.
    const after = await save();
    expect(await restore(after)).toMatchObject({ forgotten: 0 });
    expect(await rig.withDatabase(({ audit }) => audit.newest(9, {}, never))).toHaveLength(told.length);
    expect(await restore(file)).toMatchObject({ forgotten: 1 });
    expect((await rig.contents()).persons.map(({ name }) => name).toSorted((one, other) => one.localeCompare(other))).toEqual([
      'Bob',
      'Unknown 4',
    ]);
  });

  it('begins anew where somebody was forgotten while it was prepared', async () => {
    await meetAda();
    const file = await save();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    const late = rig.withDatabase(async (database) => {
      const forget = { ...(await forgottenIn(database, never)), by: reader };
      await rig.apply({ kind: 'forget', person: 'Bob' });
      return restoreArchive(database, file, { replace: true, forget }, never);
    });
    await expect(late).rejects.toMatchObject({ code: 'gallery-unavailable', message: /somebody was forgotten/ });
    expect(await restore(file)).toMatchObject({ forgotten: 2 });
    expect((await rig.contents()).persons.map(({ name }) => name)).toEqual(['Unknown 4']);
  });
});

/** Calls `look` before and after each write of MongoDB that others could see. */
function aroundWrites(look: () => Promise<void>): void {
  let isLooking = false;
  const looking = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    await look().finally(() => {
      isLooking = false;
    });
  };
  // oxlint-disable-next-line typescript/unbound-method -- it is bound below
  const rename = Db.prototype.renameCollection;
  vi.spyOn(Db.prototype, 'renameCollection').mockImplementation(async function (this: Db, ...args) {
    await looking();
    const renamed = await rename.apply(this, args);
    await looking();
    return renamed;
  });
  // oxlint-disable-next-line typescript/unbound-method -- it is bound below
  const replace = Collection.prototype.replaceOne;
  vi.spyOn(Collection.prototype, 'replaceOne').mockImplementation(async function (this: Collection, ...args) {
    await looking();
    const replaced = await replace.apply(this, args);
    await looking();
    return replaced;
  });
}

/** The process is killed after so many collections have taken their place. */
function dieAfter(renames: number): void {
  let left = renames;
  // oxlint-disable-next-line typescript/unbound-method -- it is bound below
  const rename = Db.prototype.renameCollection;
  vi.spyOn(Db.prototype, 'renameCollection').mockImplementation(async function (this: Db, ...args) {
    left -= 1;
    if (left < 0) throw new Error('killed');
    return rename.apply(this, args);
  });
}
