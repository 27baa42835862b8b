import type { StorageConfig } from '@watchpost/shared/config/common';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { face, snapshotInfo, strangerVector, withMongo, withPostgres } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

/** What an operator does to the database: a call for MongoDB's, or a statement for PostgreSQL. */
type Mishap = { mongo: Parameters<typeof withMongo>[1]; postgres: string };

const happen = async (storage: StorageConfig, { mongo, postgres }: Mishap): Promise<void> =>
  storage.MONGO_CONNECTION_STRING
    ? withMongo(storage, mongo)
    : withPostgres(storage, async (client) => void (await client.query(postgres)));

const stateRemoved: Mishap = {
  mongo: async (client) => void (await client.db().collection('gallery').deleteMany({})),
  postgres: 'TRUNCATE watchpost.gallery',
};
const numberLowered: Mishap = {
  mongo: async (client) =>
    void (await client
      .db()
      .collection('gallery')
      .updateOne({}, { $set: { nextNumber: 1 } })),
  postgres: 'UPDATE watchpost.gallery SET next_number = 1',
};
const personsVersion = (version: number): Mishap => ({
  mongo: async (client) => void (await client.db().collection('persons').updateOne({ name: 'Unknown 2' }, { $set: { version } })),
  postgres: `UPDATE watchpost.persons SET version = ${String(version)} WHERE name = 'Unknown 2'`,
});
const stateUnreadable: Mishap = {
  mongo: async (client) =>
    void (await client
      .db()
      .collection('gallery')
      .updateOne({}, { $set: { format: 'one' } })),
  postgres: `UPDATE watchpost.gallery SET recent = '{}'`,
};
const sightingsDropped: Mishap = {
  mongo: async (client) => void (await client.db().collection('sightings').drop()),
  postgres: 'DROP TABLE watchpost.sightings, watchpost.sighted_faces, watchpost.sighting_crops',
};

describeGallery('mishaps in the database', (rig) => {
  const another = async () => (await rig.start()).gallery;

  it('give no number twice: the state was removed', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    await happen(rig.storage, stateRemoved);
    const gallery = await another();
    const [seen] = await gallery.recognise(snapshotInfo(), [face(strangerVector(9))], never);
    expect(seen?.person?.name).toBe('Unknown 3');
  });

  it('give no number twice: the next number was edited', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    await happen(rig.storage, numberLowered);
    expect((await rig.see(strangerVector(9)))?.person?.name).toBe('Unknown 3');
  });

  it.each([500, 1e15, Number.MAX_SAFE_INTEGER])('keep no change from a person: version %d', async (version) => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    await happen(rig.storage, personsVersion(version));
    // With the next change of anybody, the processes read that version.
    await rig.apply({ kind: 'ignore', person: 'Unknown 1' });
    const other = await another();
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Ada' });
    expect((await rig.contents()).persons.map(({ name }) => name).sort()).toEqual(['Ada', 'Unknown 1']);
    await until('the other process knows', async () => (await other.people(never)).some(({ name }) => name === 'Ada'));
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect((await rig.contents()).persons.map(({ name }) => name)).toEqual(['Unknown 1']);
    await until('the other process has forgotten', async () => (await other.people(never)).length === 1);
  });

  it('are named: a state that cannot be read', async () => {
    await rig.see(strangerVector(1));
    await happen(rig.storage, stateUnreadable);
    await expect(rig.see(strangerVector(2))).rejects.toMatchObject({ code: 'gallery-unavailable' });
  });

  it('are over after a restart, and nothing is kept for ever: the sightings were dropped', async () => {
    await happen(rig.storage, sightingsDropped);
    const gallery = await another();
    await expect(gallery.recognise(snapshotInfo(), [face(strangerVector(1))], never)).resolves.toHaveLength(1);
    const database = await openDatabase(rig.storage, { log: createLogger('test', 'silent') }, never);
    await happen(rig.storage, { ...sightingsDropped, postgres: '' });
    await database.eraser.erase({ deletedMs: 1e12, auditMs: 1e12, mergedMs: 1e12 }, never);
    await database.close();
    await happen(rig.storage, {
      mongo: async (client) => {
        const indexes = await client.db().collection('sightings').indexes();
        expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
      },
      postgres: '',
    });
  });
});
