import { defaultHousekeepingSettings } from '@watchpost/gallery/housekeeping/housekeeping';
import { defaultSyncSettings } from '@watchpost/gallery/memory/sync';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { expect, it } from 'vitest';
import { alikeVector, strangerVector, withMongo, withPostgres } from '../support/gallery-backends.ts';
import { describeGallery, type GalleryRig } from '../support/gallery-rig.ts';

const never = new AbortController().signal;
/** Nothing is kept: what is deleted is erased at once. */
const atOnce = { deletedMs: -60_000, auditMs: 1e12, mergedMs: 1e12 };

async function addByHand({ storage }: GalleryRig, id: string, name: string): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => {
      await client.db().collection<{ _id: string; name: string }>('persons').insertOne({ _id: id, name });
    });
  else
    await withPostgres(storage, async (client) => {
      await client.query('INSERT INTO watchpost.persons (id, name) VALUES ($1, $2)', [id, name]);
    });
}

async function setByHand({ storage }: GalleryRig, id: string, set: { mergedInto: string } | { deleted: true }): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => {
      await client.db().collection<{ _id: string }>('persons').updateOne({ _id: id }, { $set: set });
    });
  else
    await withPostgres(storage, async (client) => {
      const [column, value] = 'deleted' in set ? ['deleted', true] : ['merged_into', set.mergedInto];
      await client.query(`UPDATE watchpost.persons SET ${column} = $2 WHERE id = $1`, [id, value]);
    });
}

describeGallery('who was removed by hand', (rig) => {
  const [ada, bob] = [strangerVector(1), strangerVector(2)];
  const names = async ({ gallery }: OpenedGallery): Promise<string[]> => (await gallery.people(never)).map(({ name }) => name);
  /** A process that sweeps at once. */
  const open = async (): Promise<OpenedGallery> => {
    const sweep = { ...defaultHousekeepingSettings.sweep, missingMs: 0 };
    const housekeeping = { ...defaultHousekeepingSettings, everyMs: 3_600_000, sweep };
    return rig.start({ settings: { sync: { ...defaultSyncSettings, censusMs: 300 }, housekeeping } });
  };
  const until = async (opened: OpenedGallery, expected: string[]): Promise<void> =>
    expect.poll(async () => names(opened), { timeout: 10_000 }).toEqual(expected);
  const eraseAll = async (): Promise<void> => rig.withDatabase(async ({ eraser }) => void (await eraser.erase(atOnce, never)));

  it('is swept and erased too, if the row was only marked as deleted', async () => {
    await rig.see(ada, 'ada');
    const opened = await open();
    await setByHand(rig, (await rig.called('Unknown 1')).id, { deleted: true });
    await until(opened, []);
    expect(await opened.housekeeping.round(never)).toMatchObject({ swept: 1 });
    expect(await opened.housekeeping.round(never)).toMatchObject({ swept: 0 });
    expect((await rig.contents()).faces).toHaveLength(0);
    await eraseAll();
    expect((await rig.sighting('ada'))?.faces[0]).toMatchObject({ personId: null, evidence: null, embedding: { length: 0 } });
  });

  it('is swept with those who were merged into it by hand', async () => {
    await rig.see(ada, 'ada');
    const opened = await open();
    await addByHand(rig, 'grace', 'Grace');
    await until(opened, ['Grace', 'Unknown 1']);
    await setByHand(rig, (await rig.called('Unknown 1')).id, { mergedInto: 'grace' });
    await until(opened, ['Grace']);
    await rig.backend.removeByHand(rig.storage, 'Grace');
    await until(opened, []);
    expect(await opened.housekeeping.round(never)).toMatchObject({ swept: 1 });
    expect((await rig.contents()).faces).toHaveLength(0);
    await eraseAll();
    expect((await rig.sighting('ada'))?.faces[0]).toMatchObject({ personId: null, embedding: { length: 0 } });
  });

  it('leaves nothing behind that others learnt', async () => {
    await rig.see(ada, 'ada');
    await rig.see(bob, 'bob');
    await rig.see(alikeVector(bob, 0.72, 21), 'taken');
    await rig.apply({ kind: 'assign', snapshotId: 'taken', position: 0, person: 'Unknown 1' });
    const before = await rig.contents();
    expect([before.faces.filter(({ role }) => role === 'negative').length, before.pairs.length]).toEqual([1, 1]);
    const opened = await open();
    await rig.backend.removeByHand(rig.storage, 'Unknown 1');
    await until(opened, ['Unknown 2']);
    expect(await opened.housekeeping.round(never)).toMatchObject({ swept: 1 });
    const { faces, pairs } = await rig.contents();
    expect([faces.map(({ snapshotId }) => snapshotId), pairs.length]).toEqual([['bob'], 0]);
  });
});
