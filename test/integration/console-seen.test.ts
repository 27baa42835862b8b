import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { openSeenWorld, seenChannel, type SeenWorld } from '../support/seen-world.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]);
const nowMs = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;

describe.each(oneOfEachBackend)('the console about what was seen, on $name', (backend) => {
  describeWith(backend.needs, 'visits and pictures', () => {
    let server: Service;
    let storage: ReturnType<typeof backend.storage>;
    let world: SeenWorld;
    let rig: ConsoleRig;

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      world = await openSeenWorld(storage);
      world.files.set('known', jpeg);
      await world.post({ id: 'first', camera: 'Gate', atMs: nowMs - 50 * minute, crop: jpeg }, [{ who: 1 }]);
      const { operations } = world.gallery;
      await operations.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' }, { id: 'cli:test' }, never);
      await world.post({ id: 'known', camera: 'Gate', atMs: nowMs - 40 * minute, crop: jpeg }, [{ who: 1, alike: 0.84 }, { who: 2 }]);
      await world.post({ id: 'doubt', camera: 'Door', atMs: nowMs - minute, crop: jpeg }, [{ who: 1, alike: 0.79, sizePx: 35 }]);
      rig = await startConsole(storage, { deps: { platformFor: () => world.platform, now: () => nowMs } });
    });
    afterAll(async () => {
      await rig.close();
      await world.close();
      await emptyGallery(storage);
      await server.stop();
    });

    const visits = async (query = '') => (await rig.as('viewer', 'GET', `/api/visits${query}`)).json();
    const settled = async (): Promise<void> => {
      const { version } = await world.gallery.questions.changedSince(0, never);
      await until('the console knows what was said', () => rig.parts.gallery.position().version >= version);
    };

    it('lists visits, the newest first, with who was there', async () => {
      const { items, next } = await visits();
      expect(next).toBeNull();
      expect(items.map(({ camera, isGoingOn }: { camera: string; isGoingOn: boolean }) => [camera, isGoingOn])).toEqual([
        ['Door', true],
        ['Gate', false],
        ['Gate', false],
      ]);
      expect(items[0].visitors).toMatchObject([{ standing: 'uncertain', person: null, could: { name: 'Ada' } }]);
      expect(items[1].visitors).toMatchObject([
        { standing: 'named', person: { name: 'Ada' }, sureness: 'very likely', best: { snapshotId: 'slack-known', position: 0 } },
        { standing: 'unknown', person: { name: 'Unknown 2' }, isNew: true },
      ]);
    });

    it('goes on where the page before ended, and keeps to a camera or a kind of people', async () => {
      const first = await visits('?limit=2');
      const second = await visits(`?limit=2&cursor=${String(first.next)}`);
      expect([...first.items, ...second.items].map(({ toMs }) => (nowMs - toMs) / minute)).toEqual([1, 40, 50]);
      expect((await visits(`?camera=${encodeURIComponent(`${seenChannel}/Door`)}`)).items).toHaveLength(1);
      expect((await visits('?kind=unknown')).items.map(({ toMs }: { toMs: number }) => (nowMs - toMs) / minute)).toEqual([40]);
      expect((await rig.as('viewer', 'GET', '/api/visits?camera=nonsense')).statusCode).toBe(400);
    });

    it('explains a picture in words and numbers', async () => {
      const picture = (await rig.as('viewer', 'GET', '/api/pictures/slack-known')).json();
      expect(picture).toMatchObject({
        camera: 'Gate',
        width: 1_280,
        outcome: 'faces',
        strangersNamedOneIn: 1_000,
        visitId: expect.any(String),
      });
      const [ada, stranger] = picture.faces;
      expect(ada).toMatchObject({ decision: 'match', person: { name: 'Ada' }, evidence: { best: { name: 'Ada' } } });
      expect(ada.evidence.best.similarity).toBeCloseTo(0.84, 3);
      expect(ada.reasons[0]).toBe('Most similar to Ada: 0.840, where a name needs 0.819 at this size.');
      expect(stranger).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
      expect((await rig.as('viewer', 'GET', '/api/pictures/slack-nothing')).json()).toMatchObject({ error: 'snapshot-unknown' });
    });

    it('serves the snapshot and its faces by itself, privately', async () => {
      const image = await rig.as('viewer', 'GET', '/api/pictures/slack-known/image');
      expect(image.rawPayload).toEqual(Buffer.from(jpeg));
      expect(image.headers).toMatchObject({ 'content-type': 'image/jpeg', 'x-content-type-options': 'nosniff' });
      expect(image.headers['cache-control']).toContain('private');
      for (const path of ['faces/1', 'faces/0/best', 'faces/0?or=reference'])
        expect((await rig.as('viewer', 'GET', `/api/pictures/slack-known/${path}`)).rawPayload).toEqual(Buffer.from(jpeg));
      // Of a face that was recognised, and not learnt, no picture is kept.
      expect((await rig.as('viewer', 'GET', '/api/pictures/slack-known/faces/0')).statusCode).toBe(404);
      const gone = await rig.as('viewer', 'GET', '/api/pictures/slack-first/image');
      expect([gone.statusCode, gone.json().error]).toEqual([404, 'file-gone']);
      expect((await rig.as('viewer', 'GET', '/api/pictures/slack-known/faces/9')).statusCode).toBe(404);
    });

    it('lets editors say who it is, and take it back', async () => {
      const [visit] = (await visits()).items;
      const path = `/api/visits/${visit.id}/visitors/1/say`;
      expect((await rig.as('viewer', 'POST', path, { say: 'is', person: { name: 'Grace' } })).statusCode).toBe(403);
      const said = await rig.as('editor', 'POST', path, { say: 'is', person: { name: 'Grace' } });
      expect(said.json()).toMatchObject({ summary: '1 is Grace', entries: [expect.any(String)] });
      const [named] = (await visits()).items;
      expect(named.visitors).toMatchObject([{ standing: 'named', person: { name: 'Grace' }, saidBy: 'console:editor-program' }]);
      await settled();
      const undone = await rig.as('editor', 'POST', '/api/visits/undo', { entries: said.json().entries });
      expect(undone.json()).toEqual({ undone: 1 });
      expect((await visits()).items[0].visitors).toMatchObject([{ standing: 'uncertain', could: { name: 'Ada' } }]);
    });

    it('notes in the visit whom readers said that it is not', async () => {
      const [visit] = (await visits()).items;
      const ada = visit.visitors[0].could;
      const said = await rig.as('editor', 'POST', `/api/visits/${visit.id}/visitors/1/say`, { say: 'not', subject: ada.id });
      expect(said.json().summary).toBe('1 is not Ada');
      expect((await visits()).items[0].visitors).toMatchObject([{ could: null, not: [{ name: 'Ada' }] }]);
      const again = await rig.as('editor', 'POST', `/api/visits/${visit.id}/visitors/1/say`, { say: 'ignore', subject: ada.id });
      expect([again.statusCode, again.json().error]).toEqual([409, 'change-refused']);
    });

    it('finds people by the beginning of a name', async () => {
      const { people } = (await rig.as('viewer', 'GET', '/api/names?text=ad')).json();
      expect(people).toMatchObject([{ name: 'Ada', status: 'named' }]);
    });

    it('tries another risk on stored faces: who would lose a name', async () => {
      const { before, after, changed, snapshots, next } = (await rig.as('viewer', 'GET', '/api/thresholds?oneIn=1000000')).json();
      expect([snapshots, next]).toEqual([3, null]);
      expect(changed).toMatchObject([
        { snapshotId: 'slack-known', position: 0, before: 'person', after: 'uncertain', best: { name: 'Ada' } },
      ]);
      expect([before.named, after.named]).toEqual([1, 0]);
      expect((await rig.as('viewer', 'GET', '/api/thresholds?oneIn=1000')).json().changed).toEqual([]);
      const page = (await rig.as('viewer', 'GET', '/api/thresholds?oneIn=1000000&limit=1')).json();
      expect(
        (await rig.as('viewer', 'GET', `/api/thresholds?oneIn=1000000&limit=1&after=${String(page.next)}`)).json().changed,
      ).toHaveLength(1);
      const { lines, persons } = (await rig.as('viewer', 'GET', '/api/thresholds/lines?oneIn=1000')).json();
      expect(persons).toBeGreaterThan(1);
      expect(lines.at(-1).match).toBeCloseTo(0.819, 3);
    });
  });
});
