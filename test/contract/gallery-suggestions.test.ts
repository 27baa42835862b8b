import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportArchive } from '@watchpost/gallery/archive/export-archive';
import { restoreArchive } from '@watchpost/gallery/archive/restore-archive';
import { expect, it } from 'vitest';
import { alikeVector, face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

const never = new AbortController().signal;
const refused = { code: 'change-refused' };

describeOperations('an unknown who may be somebody', (rig) => {
  const ada = strangerVector(1);
  const unsure = alikeVector(ada, 0.62, 3);
  const keepHouse = async () => rig.opened.housekeeping.round(never);
  /** Ada is known, and a face was seen that is not surely hers. */
  const seeUnsure = async (): Promise<void> => {
    await rig.see(ada, 'ada');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(unsure, 'unsure');
  };
  const suggestion = async (name = 'Unknown 2'): Promise<string | null> => (await rig.called(name)).mayBe?.name ?? null;
  const stored = async (): Promise<(string | null)[]> => (await rig.contents()).persons.map(({ mayBe }) => mayBe);

  it('has a number, and is that unknown from then on', async () => {
    await seeUnsure();
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect(await suggestion()).toBe('Ada');
    expect(await rig.opened.gallery.explain('unsure', never)).toMatchObject([
      { decision: 'unknown', person: { name: 'Unknown 2' }, mayBe: 'Ada', best: 'Ada' },
    ]);
    expect(await rig.see(alikeVector(unsure, 0.8, 4), 'again')).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
    const another = await rig.start();
    expect((await another.gallery.people(never)).map(({ mayBe }) => mayBe?.name)).toEqual([undefined, 'Ada']);
  });

  it('is one, however many processes see the face at once', async () => {
    await rig.see(ada, 'ada');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const others = await Promise.all([rig.start(), rig.start(), rig.start()]);
    await Promise.all(
      [rig.opened, ...others].map(({ gallery }, index) =>
        gallery.recognise(snapshotInfo({ snapshotId: `at-once-${index}` }), [face(unsure)], never),
      ),
    );
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect(await suggestion()).toBe('Ada');
  });

  it('collects the faces that are perhaps both', async () => {
    await seeUnsure();
    // 0.62 from Ada and 0.6 from the unknown: surely neither.
    const both = between(ada, unsure, 0.62, 0.6);
    expect(await rig.see(both, 'both')).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
    expect(await rig.called('Unknown 2')).toMatchObject({ faces: 2, mayBe: { name: 'Ada' } });
  });

  it('is that person once a reader says so, and nobody once a reader says that they are not', async () => {
    await seeUnsure();
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Ada' });
    expect(await rig.names()).toEqual(['Ada']);
    await rig.undo();
    // Who takes a merge back says that they are not the same.
    expect(await suggestion()).toBeNull();
  });

  it('may be told apart, which is audited and can be undone', async () => {
    await seeUnsure();
    expect(await rig.apply({ kind: 'distinguish', person: 'Unknown 2', other: 'Ada' })).toMatchObject({
      action: 'distinguish',
      summary: 'Unknown 2 is not Ada',
      personIds: [(await rig.called('Unknown 2')).id, (await rig.called('Ada')).id],
    });
    expect(await suggestion()).toBeNull();
    await expect(rig.apply({ kind: 'distinguish', person: 'Ada', other: 'Unknown 2' })).rejects.toMatchObject(refused);
    await expect(rig.apply({ kind: 'distinguish', person: 'Ada', other: 'ada' })).rejects.toMatchObject(refused);
    await keepHouse();
    expect(await suggestion()).toBeNull();
    await rig.undo();
    await keepHouse();
    expect(await suggestion()).toBe('Ada');
  });

  it('is nobody else while it is named or ignored', async () => {
    await seeUnsure();
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    expect(await suggestion('Bob')).toBeNull();
    await rig.undo();
    expect(await suggestion()).toBe('Ada');
    await rig.apply({ kind: 'ignore', person: 'Unknown 2' });
    expect(await suggestion()).toBeNull();
    await rig.apply({ kind: 'unignore', person: 'Unknown 2' });
    await rig.backend.renameByHand(rig.storage, 'Unknown 2', 'Eve');
    await expect.poll(async () => rig.names(), { timeout: 10_000 }).toContain('Eve');
    expect(await suggestion('Eve')).toBeNull();
  });

  it('may be whom that person became, even after the old entry is gone', async () => {
    await seeUnsure();
    await rig.see(strangerVector(2));
    await rig.apply({ kind: 'name', person: 'Unknown 3', to: 'Eve' });
    await rig.apply({ kind: 'merge', from: 'Ada', into: 'Eve' });
    expect(await suggestion()).toBe('Eve');
    await rig.withDatabase(async ({ eraser }) => {
      await eraser.erase({ deletedMs: 600_000, auditMs: 600_000, mergedMs: -60_000 }, never);
    });
    const { gallery } = await rig.start();
    expect((await gallery.people(never)).map(({ mayBe }) => mayBe?.name)).toEqual([undefined, 'Eve']);
  });

  it('may be nobody once that person is forgotten, until that is undone', async () => {
    await seeUnsure();
    expect((await stored()).filter((each) => each !== null)).toHaveLength(1);
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect(await stored()).toContainEqual(null);
    expect((await stored()).filter((each) => each !== null)).toEqual([]);
    await rig.undo();
    expect(await suggestion()).toBe('Ada');
    // What is done to the unknown meanwhile does not keep Ada away, nor does Ada's return keep it.
    await rig.apply({ kind: 'forget', person: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' }, { id: 'another' });
    await rig.undo();
    expect(await rig.names()).toEqual(['Ada', 'Bob']);
    await rig.undo(null, { id: 'another' });
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
  });

  it('may be nobody once that person was removed by hand, and the traces are swept', async () => {
    await seeUnsure();
    await rig.backend.removeByHand(rig.storage, 'Ada');
    const { checkup, gallery } = await rig.start();
    await checkup.repair(await checkup.find(never), { id: 'cli' }, never);
    expect(await gallery.people(never)).toMatchObject([{ name: 'Unknown 2', mayBe: null }]);
    expect((await stored()).filter((each) => each !== null)).toEqual([]);
  });

  it('is not the person beside it in a picture', async () => {
    await seeUnsure();
    await rig.seeAll([ada, unsure], { snapshotId: 'together' });
    expect(await suggestion()).toBeNull();
    await keepHouse();
    expect(await suggestion()).toBeNull();
  });

  it('may be nobody any more when more of its faces are known', async () => {
    await seeUnsure();
    for (const seed of [4, 5]) await rig.see(alikeVector(unsure, 0.75, seed), `more-${seed}`);
    const done = await keepHouse();
    expect(done).toMatchObject({ suggested: 1, merged: 0 });
    expect(await suggestion()).toBeNull();
    // Nobody said anything, so what was said before can still be undone.
    expect(await rig.opened.operations.history(10, never)).toMatchObject([{ action: 'name' }]);
  });

  it('does not keep a change from being undone when it was noted since', async () => {
    await seeUnsure();
    await rig.apply({ kind: 'ignore', person: 'Unknown 2' });
    await rig.apply({ kind: 'unignore', person: 'Unknown 2' });
    for (const seed of [4, 5]) await rig.see(alikeVector(unsure, 0.75, seed), `more-${seed}`);
    expect(await keepHouse()).toMatchObject({ suggested: 1 });
    await rig.undo();
    expect(await rig.called('Unknown 2')).toMatchObject({ status: 'ignored' });
  });

  it('does not let a change be undone below a later one, either', async () => {
    await seeUnsure();
    const add = async (alias: string) => rig.apply({ kind: 'alias', person: 'Unknown 2', alias });
    const { id } = await add('Postman');
    await add('Plumber');
    for (const seed of [4, 5]) await rig.see(alikeVector(unsure, 0.75, seed), `more-${seed}`);
    expect(await keepHouse()).toMatchObject({ suggested: 1 });
    await expect(rig.undo(id)).rejects.toMatchObject(refused);
    expect((await rig.contents()).persons.map(({ aliases }) => aliases)).toContainEqual(['Postman', 'Plumber']);
    await rig.undo();
    await rig.undo(id);
    expect((await rig.contents()).persons.flatMap(({ aliases }) => aliases)).toEqual([]);
  });

  it('may be somebody who was named, or became known, only later', async () => {
    await rig.see(unsure, 'first');
    await rig.see(ada, 'ada');
    await keepHouse();
    expect([await suggestion('Unknown 1'), await suggestion('Unknown 2')]).toEqual([null, 'Unknown 1']);
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Ada' });
    await keepHouse();
    expect(await suggestion('Unknown 1')).toBe('Ada');
  });

  it('is in the backup', async () => {
    await seeUnsure();
    const folder = await mkdtemp(path.join(tmpdir(), 'watchpost-suggestions-'));
    const file = path.join(folder, 'gallery.gz');
    await rig.withDatabase(async (database) => {
      await exportArchive(database, file, { scope: 'gallery' }, never);
      await restoreArchive(database, file, { replace: true }, never);
    });
    await rm(folder, { recursive: true });
    const { gallery } = await rig.start();
    expect((await gallery.people(never)).map(({ mayBe }) => mayBe?.name)).toEqual([undefined, 'Ada']);
  });
});

/** A vector with exactly these cosines to two others. */
function between(one: Float32Array, other: Float32Array, toOne: number, toOther: number): Float32Array {
  const cosine = dot(one, other);
  const across = other.map((value, index) => (value - cosine * (one[index] ?? 0)) / Math.sqrt(1 - cosine ** 2));
  const along = (toOther - toOne * cosine) / Math.sqrt(1 - cosine ** 2);
  const third = strangerVector(77);
  const [a, b] = [dot(third, one), dot(third, across)];
  const rest = third.map((value, index) => value - a * (one[index] ?? 0) - b * (across[index] ?? 0));
  const length = Math.sqrt(dot(rest, rest));
  const share = Math.sqrt(1 - toOne ** 2 - along ** 2) / length;
  return one.map((value, index) => toOne * value + along * (across[index] ?? 0) + share * (rest[index] ?? 0));
}

function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
