import { planMerge } from '@watchpost/gallery/changes/plan-merge';
import type { AuditEntry } from '@watchpost/gallery/domain';
import type { GalleryParts, OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openParts } from '@watchpost/gallery/open-gallery';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alikeVector, strangerVector, withMongo, withPostgres } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const watchpost = { id: 'watchpost' };

/** What an operator does by hand: one person is merged into the one with this id. */
async function mergeByHand(storage: StorageConfig, name: string, into: string): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING) {
    await withMongo(storage, async (client) => {
      await client
        .db()
        .collection('persons')
        .updateOne({ name }, { $set: { mergedInto: into } });
    });
  } else {
    await withPostgres(storage, async (client) => {
      await client.query('UPDATE watchpost.persons SET merged_into = $2 WHERE name = $1', [name, into]);
    });
  }
}

/** What an operator does by hand: all faces are removed. */
async function removeFacesByHand(storage: StorageConfig): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => void (await client.db().collection('faces').deleteMany({})));
  else await withPostgres(storage, async (client) => void (await client.query('DELETE FROM watchpost.faces')));
}

describeGallery('edits by hand', (rig) => {
  const { backend } = rig;
  let parts: GalleryParts;
  beforeEach(async () => {
    parts = await openParts(rig.storage, { log: createLogger('test', 'silent'), metrics: createMetrics({ processMetrics: false }) }, never);
    parts.start();
    await parts.gallery.ready(never);
  });
  afterEach(async () => {
    await parts.gallery.close();
  });
  const namesIn = async ({ gallery }: OpenedGallery): Promise<string[]> => (await gallery.people(never)).map(({ name }) => name);
  const edits = async (): Promise<AuditEntry[]> => (await parts.operations.history(100, never)).filter(({ action }) => action === 'edit');
  const both = async (names: string[]): Promise<void> => {
    const isSame = async (opened: OpenedGallery): Promise<boolean> => JSON.stringify(await namesIn(opened)) === JSON.stringify(names);
    await until(`both know ${names.join(', ')}`, async () => (await isSame(rig.opened)) && (await isSame(parts)), 10_000);
  };
  const nothingLeft = async (): Promise<void> => {
    const isNothing = async (): Promise<boolean> => {
      const left = await parts.database.store.edits(never);
      return left.persons.length + left.faceIds.length === 0;
    };
    await until('everything is adopted', isNothing, 10_000);
  };
  /** Housekeeping's merge of the younger into the older, if both are still unknown. */
  const mergeUnknowns = async (ids: [string, string], meanwhile: () => Promise<void>): Promise<void> => {
    let done = false;
    await parts.transact(async (base) => {
      const [older, younger] = ids.map((id) => parts.mirror.stored(id));
      if (!older?.name.startsWith('Unknown') || !younger?.name.startsWith('Unknown')) return { changeset: null, result: undefined };
      const deps = { ...parts, ...parts.database, references: parts.settings.references };
      const { change, summary } = await planMerge(deps, base, { from: younger.id, into: older.id }, never);
      if (!done) await meanwhile();
      done = true;
      return { changeset: change.audited('merge', watchpost, summary).changeset, result: undefined };
    }, never);
  };
  const twoUnknowns = async (): Promise<[string, string]> => {
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    await both(['Unknown 1', 'Unknown 2']);
    return [(await rig.called('Unknown 1')).id, (await rig.called('Unknown 2')).id];
  };

  it('are adopted once, in the sequence, whoever sees them first, and can be undone', async () => {
    await twoUnknowns();
    const before = parts.mirror.head.version;
    await backend.renameByHand(rig.storage, 'Unknown 1', 'Ada');
    await both(['Ada', 'Unknown 2']);
    await nothingLeft();
    const [edit, ...others] = await edits();
    expect(others).toEqual([]);
    expect(edit).toMatchObject({ actor: { id: 'database' }, summary: 'edited in the database: Unknown 1 → Ada' });
    expect(edit?.version).toBeGreaterThan(before);
    await rig.undo(edit?.id);
    await both(['Unknown 1', 'Unknown 2']);
    await backend.renameByHand(rig.storage, 'Unknown 1', 'Ada');
    await both(['Ada', 'Unknown 2']);
    await nothingLeft();
    expect(await edits()).toHaveLength(2);
  });

  it('of a name win over a merge that was planned before', async () => {
    const ids = await twoUnknowns();
    await mergeUnknowns(ids, async () => backend.renameByHand(rig.storage, 'Unknown 2', 'Ada'));
    await both(['Ada', 'Unknown 1']);
    await nothingLeft();
    expect((await rig.contents()).persons.map(({ name, mergedInto }) => `${name}: ${mergedInto}`).toSorted()).toEqual([
      'Ada: null',
      'Unknown 1: null',
    ]);
  });

  it('of a name are kept when the person was merged away a moment before', async () => {
    const ids = await twoUnknowns();
    await mergeUnknowns(ids, async () => undefined);
    await backend.renameByHand(rig.storage, 'Unknown 2', 'Ada');
    await both(['Ada']);
    expect((await rig.see(alikeVector(strangerVector(2), 0.9, 5)))?.person).toMatchObject({ id: ids[0], name: 'Ada' });
    expect((await rig.see(alikeVector(strangerVector(1), 0.9, 6)))?.person).toMatchObject({ id: ids[0], name: 'Ada' });
    await nothingLeft();
  });

  it('of a name become an alias of a person who has a name', async () => {
    const ids = await twoUnknowns();
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Eve' });
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Eve' });
    await backend.renameByHand(rig.storage, 'Unknown 2', 'Ada');
    await until('Ada finds somebody', () => parts.mirror.called('Ada').length > 0, 10_000);
    expect(parts.mirror.called('Ada')).toMatchObject([{ id: ids[0], name: 'Eve', aliases: ['Ada'] }]);
    await both(['Eve']);
  });

  it('of many rows are adopted with as many processes as there are', async () => {
    for (let seed = 1; seed <= 6; seed += 1) await rig.see(strangerVector(seed));
    await rig.start();
    await until('all are known', async () => (await namesIn(parts)).length === 6, 10_000);
    for (let number = 1; number <= 6; number += 1) await backend.renameByHand(rig.storage, `Unknown ${number}`, `Person ${number}`);
    await both([1, 2, 3, 4, 5, 6].map((number) => `Person ${number}`));
    await nothingLeft();
    const renamed = (await edits()).flatMap(({ personIds }) => personIds);
    expect([renamed.length, new Set(renamed).size]).toEqual([6, 6]);
  });

  it('that merge in a circle hide nobody', async () => {
    const [one, two] = await twoUnknowns();
    await mergeByHand(rig.storage, 'Unknown 1', two);
    await mergeByHand(rig.storage, 'Unknown 2', one);
    await nothingLeft();
    await until('somebody is there', async () => (await namesIn(parts)).length > 0 && (await namesIn(rig.opened)).length > 0, 10_000);
    expect((await rig.see(alikeVector(strangerVector(1), 0.9, 5)))?.decision).toBe('unknown');
  });

  it('that remove a person leave no faces that crowd the search: one man becomes one unknown', async () => {
    const man = strangerVector(1);
    for (let picture = 1; picture <= 5; picture += 1) await rig.see(alikeVector(man, 0.85, 100 + picture));
    await backend.removeByHand(rig.storage, 'Unknown 1');
    await both([]);
    const seen = [];
    for (let picture = 1; picture <= 5; picture += 1) seen.push((await rig.see(alikeVector(man, 0.9, 200 + picture)))?.person?.name);
    expect(new Set(seen)).toEqual(new Set(['Unknown 2']));
    expect(parts.gallery.isReady() && rig.opened.gallery.isReady()).toBe(true);
  });

  it('that remove faces are noticed without reading everything again', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const { gallery, operations } = await rig.start({ metrics });
    await twoUnknowns();
    const faces = async (): Promise<number[]> => (await gallery.people(never)).map((person) => person.faces);
    await until('both are known', async () => (await faces()).length === 2, 10_000);
    await removeFacesByHand(rig.storage);
    let wasReady = true;
    await until(
      'the faces are gone',
      async () => {
        wasReady &&= gallery.isReady();
        return (await faces()).every((count) => count === 0);
      },
      10_000,
    );
    await operations.apply({ kind: 'forget', person: 'Unknown 1' }, watchpost, never);
    await until('it is forgotten', async () => (await faces()).length === 1, 10_000);
    expect(wasReady).toBe(true);
    const reloads = (await metrics.scrape()).body.split('\n').filter((line) => line.startsWith('watchpost_gallery_reloads_total{'));
    expect(reloads).toEqual(['watchpost_gallery_reloads_total{reason="start"} 1']);
  });
});
