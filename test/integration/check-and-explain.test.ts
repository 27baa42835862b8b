import { hostname, userInfo } from 'node:os';
import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { galleryFormat } from '@watchpost/gallery/domain';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import {
  alikeVector,
  emptyGallery,
  face,
  oneOfEachBackend,
  snapshotInfo,
  strangerVector,
  withMongo,
  withPostgres,
} from '../support/gallery-backends.ts';
import { runCommand } from '../support/run-command.ts';
import type { Service } from '../support/services.ts';
import { startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

for (const backend of oneOfEachBackend) {
  describeWith(backend.needs, `the command line on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let opened: OpenedGallery;

    const watchpost = (name: string, ...args: string[]) => runCommand(name, args, { ...storage });
    const see = (snapshotId: string, vector: Float32Array) => opened.gallery.recognise(snapshotInfo({ snapshotId }), [face(vector)], never);

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      opened = await startGallery(storage);
      for (const seed of [1, 2, 3]) await see(`s${seed}`, strangerVector(seed));
    });
    afterEach(async () => {
      await opened.gallery.close();
      await emptyGallery(storage);
    });

    it('undoes what the same user did, or the entry that history shows', async () => {
      await watchpost('name', 'Unknown 1', 'Ada');
      await opened.operations.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' }, { id: 'platform:U1' }, never);
      const { out } = await watchpost('history', '--limit', '2');
      expect(out).toHaveLength(2);
      const [bob = ''] = /^[0-9a-f]{8}\b/.exec(out[0] ?? '') ?? [];
      expect(out[1]).toMatch(
        new RegExp(`^[0-9a-f]{8}  .* UTC  name         Unknown 1 → Ada \\(cli:${userInfo().username} at ${hostname()}\\)$`),
      );
      expect(await watchpost('undo')).toMatchObject({ code: 0, out: ['undone: Unknown 1 → Ada'] });
      expect(await watchpost('undo')).toMatchObject({ code: 1, err: [expect.stringContaining('change-refused')] });
      expect(await watchpost('undo', bob)).toMatchObject({ code: 0, out: ['undone: Unknown 2 → Bob'] });
      expect(await watchpost('undo', 'ffffffff')).toMatchObject({ code: 1, err: [expect.stringContaining('change-refused')] });
    });

    it('finds a merged unknown by its number, and whom an id begins with', async () => {
      await watchpost('merge', 'Unknown 2', 'Unknown 1');
      await watchpost('name', 'Unknown 2', 'Ada');
      const [ada] = (await watchpost('people', '--json')).out.map((line) => JSON.parse(line) as { id: string; name: string });
      expect(ada?.name).toBe('Ada');
      expect(await watchpost('name', ada?.id.slice(0, 8) ?? '', 'Ada Lovelace')).toMatchObject({ code: 0 });
      expect(await watchpost('forget', 'unknown 2')).toMatchObject({
        out: ['Ada Lovelace was forgotten', expect.stringMatching(/^Accepted\./)],
      });
    });

    it('check finds nothing wrong, then says how to merge two of one name', async () => {
      expect(await watchpost('check')).toEqual({ code: 0, out: ['nothing is wrong'], err: [] });
      await backend.renameByHand(storage, 'Unknown 1', 'Ada');
      await backend.renameByHand(storage, 'Unknown 2', 'Ada');
      const { code, out } = await watchpost('check');
      expect(code).toBe(0);
      const [, from = '', into = ''] =
        /^two are called "Ada"; if they are one: watchpost merge ([0-9a-f]{8}) ([0-9a-f]{8})$/.exec(out[0] ?? '') ?? [];
      const people = (await watchpost('people')).out;
      expect(people.filter((line) => /^Ada \([0-9a-f]{8}\) /.test(line))).toHaveLength(2);
      expect(people.at(-1)).toContain('watchpost check');
      expect(await watchpost('merge', from, into)).toMatchObject({ code: 0, err: [] });
      expect(await watchpost('check')).toMatchObject({ out: ['nothing is wrong'] });
      expect((await watchpost('people')).out.join('\n')).not.toContain('watchpost check');
    });

    it('check lists faults and removed persons, and repairs both', async () => {
      await backend.renameByHand(storage, 'Unknown 1', '');
      await backend.removeByHand(storage, 'Unknown 2');
      const { code, out } = await watchpost('check');
      expect(code).toBe(1);
      expect(out).toEqual([
        expect.stringMatching(/^person \S+: the name is empty, shown as Unknown 1$/),
        expect.stringMatching(/^person \S+: removed by hand, but 1 face stayed$/),
        'watchpost check --repair mends what was damaged',
      ]);
      const [json] = (await watchpost('check', '--json')).out;
      expect(JSON.parse(json ?? '')).toMatchObject({
        faults: [{ kind: 'person', shownAs: 'Unknown 1' }],
        removedPersons: [{ faces: 1 }],
        merges: [],
        repaired: false,
      });
      expect(await watchpost('check', '--repair')).toMatchObject({ code: 0, out: [...out.slice(0, 2), 'repaired'] });
      expect(await watchpost('check')).toEqual({ code: 0, out: ['nothing is wrong'], err: [] });
    });

    it('check --repair is in the history, with whoever asked for it', async () => {
      // Of several processes that are as fast, another one may be the first to adopt it.
      await opened.gallery.close();
      await backend.renameByHand(storage, 'Unknown 1', '');
      expect(await watchpost('check', '--repair')).toMatchObject({ code: 0 });
      const entries = (await watchpost('history', '--json')).out.map((line) => JSON.parse(line) as object);
      const by = { id: `cli:${userInfo().username}`, where: hostname() };
      expect(entries[0]).toMatchObject({ action: 'repair', actor: by, summary: 'repaired: Unknown 1 (the name is empty)' });
      opened = await startGallery(storage);
    });

    // It takes as long as a failover may, and is the same on both kinds of MongoDB.
    const unreadable = backend.name.includes('standalone') ? [] : [backend];
    it.each(unreadable)('a command ends when the gallery cannot be read, and says why', { timeout: 30_000 }, async () => {
      if (storage.MONGO_CONNECTION_STRING)
        await withMongo(storage, async (client) => {
          // What a restore leaves behind that was stopped.
          const state = client.db().collection<{ _id: string }>('gallery');
          await state.replaceOne({ _id: 'gallery' }, { replacing: true, before: { version: 1, nextNumber: 2 } });
        });
      else
        await withPostgres(storage, async (client) => void (await client.query('ALTER TABLE watchpost.pairs RENAME COLUMN id TO other')));
      expect(await watchpost('people')).toMatchObject({ code: 1, err: [expect.stringMatching(/restore|column|pairs/)] });
    });

    it('explain says what a decision was made of, and what it would be', async () => {
      await watchpost('name', 'Unknown 1', 'Ada');
      await expect.poll(async () => (await see('again', alikeVector(strangerVector(1), 0.7, 9)))[0]?.person?.name).toBe('Ada');
      await watchpost('name', 'Ada', 'Ada Lovelace');
      const { code, out } = await watchpost('explain', 'again');
      expect([code, out.slice(0, 3)]).toEqual([
        0,
        [
          'face 1: match, Ada Lovelace',
          expect.stringMatching(/^ {2}compared +\d+ persons, \d+ faces: like \d+ comparisons$/),
          expect.stringMatching(/^ {2}nearest +Ada Lovelace, similarity 0\.70\d: .* times likelier one person than two$/),
        ],
      ]);
      expect(out[3]).toMatch(/^ {2}by chance +strangers as similar to one reference: .*1 in .+; to any in this gallery: 1 in [\d,]+$/);
      expect(out.at(-1)).toMatch(/^ {2}thresholds +match 0\.655, uncertain 0\.585, margin 0\.040$/);
      // A match in a small gallery, but not among 10,000 persons, nor where only one stranger in a million may be named.
      const large = (await watchpost('explain', '--persons', '10000', 'again')).out;
      expect(large.at(-2)).toMatch(/^ {2}would be +uncertain, with 1 in 1,000 strangers named, in 10,000 comparisons$/);
      expect(large.at(-1)).toMatch(/only once/);
      const strict = (await watchpost('explain', '--strangers-named-one-in', '1000000', 'again')).out;
      expect(strict.at(-2)).toMatch(/^ {2}would be +uncertain, with 1 in 1,000,000 strangers named, in 30 comparisons$/);
      const [json] = (await watchpost('explain', '--json', '--persons', '1e6', 'again')).out;
      expect(JSON.parse(json ?? '')).toMatchObject({
        position: 0,
        decision: 'match',
        evidence: { match: expect.closeTo(0.655, 3), compared: { comparisons: expect.any(Number) } },
        again: { decision: 'stranger', comparisons: 1e6 },
      });
      const lax = (await watchpost('explain', '--strangers-named-one-in', '2', 'again')).out;
      expect(lax.at(-2)).toMatch(/^ {2}would be +Ada Lovelace, with 1 in 2 strangers named/);
      expect(await watchpost('explain', '--persons', 'many', 'again')).toMatchObject({ code: 2 });
      expect(await watchpost('explain', 'no-such')).toMatchObject({ code: 1, err: [expect.stringContaining('no-such')] });
      expect(await watchpost('explain', '--strangers-named-one-in', 'few', 'again')).toMatchObject({ code: 2 });
    });

    it('explain says whom an unknown may be', async () => {
      await watchpost('name', 'Unknown 1', 'Ada');
      await expect.poll(async () => (await see('unsure', alikeVector(strangerVector(1), 0.62, 9)))[0]?.person?.name).toBe('Unknown 4');
      expect((await watchpost('explain', 'unsure')).out[0]).toBe('face 1: unknown, Unknown 4, who may be Ada');
    });

    it('a gallery that a newer release keeps is not ready', async () => {
      const setFormat = async (format: number): Promise<void> => {
        const { MONGO_CONNECTION_STRING: url } = storage;
        if (url)
          await withMongo(storage, async (client) => void (await client.db().collection('gallery').updateOne({}, { $set: { format } })));
        else await withPostgres(storage, async (client) => void (await client.query('UPDATE watchpost.gallery SET format = $1', [format])));
      };
      expect([opened.gallery.isReady(), opened.gallery.isOutdated()]).toEqual([true, false]);
      await setFormat(galleryFormat + 1);
      await expect.poll(() => [opened.gallery.isReady(), opened.gallery.isOutdated()], { timeout: 5_000 }).toEqual([false, true]);
      expect(await watchpost('people')).toMatchObject({ code: 1, err: [expect.stringContaining('database-newer')] });
    });
  });
}
