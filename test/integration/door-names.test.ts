import type { PeoplePage } from '@watchpost/console/api/people/schema';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { openSeenWorld, type SeenWorld } from '../support/seen-world.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]);
const nowMs = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const by = { id: 'cli:test' };
/** In any answer, also in the cursors that it gives. */
const name = /zebulon|quixote/i;

describe.each(oneOfEachBackend)('whose name is shown to whom, on $name', (backend) => {
  describeWith(backend.needs, 'while consent is required', () => {
    let server: Service;
    let storage: ReturnType<typeof backend.storage>;
    let world: SeenWorld;
    let rig: ConsoleRig;
    const known: RouteOptions[] = [];
    let person: string;

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      world = await openSeenWorld(storage);
      await world.post({ id: 'first', camera: 'Gate', atMs: nowMs - 50 * minute, crop: jpeg }, [{ who: 1 }]);
      const { operations, questions } = world.gallery;
      await operations.apply({ kind: 'name', person: 'Unknown 1', to: 'Zebulon' }, by, never);
      await operations.apply({ kind: 'alias', person: 'Zebulon', alias: 'Quixote' }, by, never);
      await world.post({ id: 'known', camera: 'Gate', atMs: nowMs - 40 * minute, crop: jpeg }, [{ who: 1, alike: 0.84 }, { who: 2 }]);
      await world.post({ id: 'doubt', camera: 'Door', atMs: nowMs - minute, crop: jpeg }, [{ who: 1, alike: 0.79, sizePx: 35 }]);
      await operations.apply({ kind: 'name', person: 'Unknown 2', to: 'Zebulon Junior' }, by, never);
      // Somebody who is ignored may have a name, too.
      await operations.apply({ kind: 'ignore', person: 'Zebulon Junior' }, by, never);
      person = questions.resolve('Zebulon');
      rig = await startConsole(storage, {
        env: { REQUIRE_CONSENT: 'name' },
        deps: { now: () => nowMs },
        onRoute: (route) => known.push(route),
      });
    });
    afterAll(async () => {
      await rig.close();
      await world.close();
      await emptyGallery(storage);
      await server.stop();
    });

    /** Every route that only looks, with ids that there are. */
    async function addresses(): Promise<string[]> {
      const { items } = (await rig.as('admin', 'GET', '/api/people')).json<PeoplePage>();
      const ids = {
        people: items.map(({ id }) => id),
        pictures: ['slack-first', 'slack-known', 'slack-doubt'],
        faces: [items[0]?.face ?? ''],
      };
      const queries: Record<string, string[]> = {
        '/api/people': ['?limit=1&sort=name', '?q=zebulon', '?q=quix', '?status=named', '?status=ignored&sort=often'],
        '/api/names': ['', '?text=zeb', '?text=quix'],
        '/api/visits': ['?limit=1', '?kind=named'],
        '/api/log': ['', '?source=people', '?source=requests', `?person=${person}`],
        '/api/thresholds': ['?oneIn=2', '?oneIn=1000000'],
        '/api/thresholds/lines': ['?oneIn=1000'],
        '/api/people/:id/when': ['?zone=UTC'],
        '/api/people/:id/merge-preview': ids.people.map((id) => `?into=${id}`),
      };
      const looked = known.filter(({ method, url }) => [method].flat().includes('GET') && url.startsWith('/api/') && url !== '/api/live');
      return looked.flatMap(({ url }) => {
        const room = url.split('/')[2] ?? '';
        const own = room === 'people' || room === 'pictures' || room === 'faces' ? ids[room] : ['something'];
        const filled = own.map((id) => url.replace(':id', encodeURIComponent(id)).replace(':position', '0').replaceAll(/:\w+/g, 'best'));
        return [...new Set(filled)].flatMap((each) => (queries[url] ?? ['']).map((query) => each + query));
      });
    }

    /** The answer with what its cursors hold. */
    function opened(body: string): string {
      const words = body.match(/[\w-]{12,}/g) ?? [];
      return [body, ...words.map((word) => Buffer.from(word, 'base64url').toString('utf8'))].join('\n');
    }

    it('tells a viewer no name of anybody who did not consent, at any address; and an editor all of them', async () => {
      const all = await addresses();
      expect(all.length).toBeGreaterThan(50);
      const told: string[] = [];
      for (const url of all) {
        const answer = await rig.as('viewer', 'GET', url);
        const found = name.exec(opened(answer.body.replaceAll(url.split('?')[1] ?? ' ', '')));
        expect([url, answer.statusCode, found?.[0] ?? null]).toEqual([url, answer.statusCode, null]);
        expect([url, answer.statusCode]).not.toEqual([url, 500]);
        if (name.test((await rig.as('editor', 'GET', url)).body)) told.push(url.split('?')[0] ?? '');
      }
      const rooms = new Set(told.map((url) => url.split('/')[2] ?? ''));
      expect([...rooms].sort()).toEqual(['log', 'names', 'people', 'pictures', 'thresholds', 'unsure-faces', 'visits']);
    });

    it('says that it is somebody known, and finds nobody by a name that is not shown', async () => {
      const [visit] = (await rig.as('viewer', 'GET', '/api/visits?kind=named')).json().items;
      expect(visit.visitors[0].person).toEqual({ id: person, name: 'a known person' });
      expect((await rig.as('viewer', 'GET', '/api/people?q=zebulon')).json<PeoplePage>().found).toBe(0);
      expect((await rig.as('viewer', 'GET', '/api/names?text=zeb')).json()).toEqual({ people: [] });
      const picture = (await rig.as('viewer', 'GET', '/api/pictures/slack-known')).json();
      expect(picture.faces[0]).toMatchObject({ person: { name: 'a known person' }, evidence: { best: { name: 'a known person' } } });
    });

    it('shows the name as soon as consent is given, and hides it as soon as it is withdrawn', async () => {
      const noted = async (state: string) => rig.as('editor', 'PUT', `/api/people/${person}/consent`, { state });
      const seen = async () => (await rig.as('viewer', 'GET', `/api/people/${person}`)).json<{ name: string }>().name;
      await noted('given');
      await until('the name is shown', async () => (await seen()) === 'Zebulon', 5_000);
      expect((await rig.as('viewer', 'GET', '/api/people?q=zebulon')).json<PeoplePage>().found).toBe(1);
      await noted('withdrawn');
      await until('the name is hidden', async () => (await seen()) === 'a known person', 5_000);
      // Also for whoever asked a moment before: a page is told of it once, and asks once.
      await noted('given');
      await until('the name is shown again', async () => (await seen()) === 'Zebulon', 5_000);
      const { version } = rig.parts.mirror.head;
      await noted('withdrawn');
      await until('the console knows', () => rig.parts.mirror.head.version > version);
      expect(await seen()).toBe('a known person');
    });
  });
});
