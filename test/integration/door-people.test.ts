import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FeedsAnswer } from '@watchpost/console/api/feeds/schema';
import type { PeoplePage } from '@watchpost/console/api/people/schema';
import type { DoctorAnswer, ReceiptOfPage, SystemAnswer } from '@watchpost/console/api/system/schema';
import { fillDatabase } from '@watchpost/bench/console/fill';
import { openFeeds, type OpenedFeeds } from '@watchpost/feeds/open-feeds';
import { followClosings } from '@watchpost/feeds/store/closings';
import { createExaminations } from '@watchpost/shared/documents/examination';
import { createLogger } from '@watchpost/shared/observability/logger';
import { examinationTask } from '@watchpost/worker/examination-task';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const feedsFile = `feeds:
  - { slug: news, channel: 'slack:C1', headline: News, pictures: off }
  - { slug: over, channel: 'slack:C2', headline: Over, pictures: off, open: false }
`;

describe.each(oneOfEachBackend)('people’s data and feeds in the console, its database on $name', (backend) => {
  describeWith(backend.needs, 'through its API', () => {
    let server: Service;
    let rig: ConsoleRig;
    let folder: string;
    let feeds: OpenedFeeds;
    let storage: ReturnType<typeof backend.storage>;
    let named: PeoplePage['items'];

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-door-'));
      const file = path.join(folder, 'feeds.yaml');
      await writeFile(file, feedsFile);
      await fillDatabase(storage, { people: 20, sightings: 200, records: 0, visits: 0, changes: 5 }, never);
      feeds = await openFeeds({ file, log, signal: never });
      rig = await startConsole(storage, { env: { FEEDS_FILE: file, REQUIRE_CONSENT: 'name' }, deps: { feeds } });
      named = (await rig.as('admin', 'GET', '/api/people?status=named')).json<PeoplePage>().items;
    });
    afterAll(async () => {
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
      await rm(folder, { recursive: true });
    });

    it('notes consent with who and when, and shows it to nobody who only looks', async () => {
      const url = `/api/people/${named[0]!.id}/consent`;
      expect((await rig.as('viewer', 'GET', url)).statusCode).toBe(403);
      expect((await rig.as('editor', 'GET', url)).json()).toEqual({ state: 'unknown', atMs: null, by: null, note: null, isRequired: true });
      const noted = { state: 'given', atMs: expect.any(Number), by: 'console:editor-program', note: 'on paper', isRequired: true };
      expect((await rig.as('editor', 'PUT', url, { state: 'given', note: ' on paper ' })).json()).toEqual(noted);
      expect((await rig.as('admin', 'GET', url)).json()).toEqual(noted);
      expect((await rig.as('viewer', 'PUT', url, { state: 'given' })).statusCode).toBe(403);
      expect((await rig.as('editor', 'PUT', url, { state: 'perhaps' })).statusCode).toBe(400);
      expect((await rig.as('editor', 'GET', '/api/people/nobody/consent')).json()).toMatchObject({ error: 'person-not-found' });
    });

    it('gives an admin all that is kept of somebody, on record before a byte is sent', async () => {
      const { id, name } = named[1]!;
      expect((await rig.as('editor', 'GET', `/api/people/${id}/export`)).statusCode).toBe(403);
      expect((await rig.as('admin', 'GET', '/api/people/nobody/export')).statusCode).toBe(404);
      const zip = await rig.as('admin', 'GET', `/api/people/${id}/export`);
      expect([zip.statusCode, zip.headers['content-type']]).toEqual([200, 'application/zip']);
      expect(zip.headers['content-disposition']).toBe(`attachment; filename="watchpost-person-${id.slice(0, 8)}.zip"`);
      expect(zip.rawPayload.subarray(0, 2).toString()).toBe('PK');
      expect(zip.rawPayload.includes('person.json')).toBe(true);
      const { items } = (await rig.as('admin', 'GET', '/api/log?source=sign-in')).json();
      expect(items[0]).toMatchObject({ actor: 'console:admin-program', text: 'Exported all that is kept about a person' });
      expect(JSON.stringify(items[0])).not.toMatch(new RegExp(`${id}|${name}`));
      const history = (await rig.as('editor', 'GET', `/api/people/${id}/changes`)).json();
      expect(history.items[0]).toMatchObject({ summary: expect.stringContaining('all data exported'), actor: 'console:admin-program' });
    });

    it('leads from forgetting to the receipt, which names nobody', async () => {
      const { id, name } = named[2]!;
      const done = (await rig.as('admin', 'POST', `/api/people/${id}/forget`, {})).json();
      expect((await rig.as('viewer', 'GET', '/api/receipts')).statusCode).toBe(403);
      const { items } = (await rig.as('editor', 'GET', '/api/receipts')).json<{ items: ReceiptOfPage[] }>();
      expect(items[0]).toMatchObject({ id: done.entry, state: 'pending', doneAtMs: null, places: [] });
      const one = await rig.as('editor', 'GET', `/api/receipts/${done.entry}`);
      expect(one.json()).toEqual(items[0]);
      expect(one.body).not.toMatch(new RegExp(`${id}|${name}`));
      expect((await rig.as('editor', 'GET', '/api/receipts/no-such-receipt')).statusCode).toBe(404);
    });

    it('has a limit of its own for pictures of faces', async () => {
      const limitOf = async (url: string) => Number((await rig.as('viewer', 'GET', url)).headers['x-ratelimit-limit']);
      expect([await limitOf('/api/people'), await limitOf('/api/faces/any/crop'), await limitOf('/api/pictures/any/faces/0')]).toEqual([
        1_200, 6_000, 6_000,
      ]);
    });

    it('says by which models people are known, and which release each process is', async () => {
      const system = (await rig.as('viewer', 'GET', '/api/system')).json<SystemAnswer>();
      expect(system.models[0]).toMatchObject({ faces: expect.any(Number), persons: expect.any(Number), isInUse: false });
      expect(system.models.reduce((sum, { faces }) => sum + faces, 0)).toBeGreaterThan(0);
      const own = await until('the console tells of itself', async () => {
        const { processes } = (await rig.as('viewer', 'GET', '/api/system')).json<SystemAnswer>();
        return processes.find(({ process }) => process === 'console');
      });
      expect(own).toMatchObject({ release: system.version, modelId: null });
    });

    it('shows what a worker found when it examined the installation, and has it look again', async () => {
      const ask = async () => (await rig.as('admin', 'GET', '/api/system/doctor')).json<DoctorAnswer>();
      expect(await ask()).toEqual({ examination: null, isAsked: false });
      const { documents } = rig.parts;
      // Without a database of its own to look at it only reads the variables.
      const task = examinationTask({ env: { LOG_LEVEL: 'loud' }, documents });
      await task.run(never);
      const first = await ask();
      expect(first.examination?.findings).toContainEqual(
        expect.objectContaining({ id: 'config', severity: 'fault', says: expect.stringContaining('LOG_LEVEL') }),
      );
      await task.run(never);
      expect((await ask()).examination?.atMs).toBe(first.examination?.atMs);
      expect((await rig.as('viewer', 'GET', '/api/system/doctor')).statusCode).toBe(403);
      expect((await rig.as('admin', 'POST', '/api/system/doctor')).json()).toEqual({ isAsked: true });
      expect((await ask()).isAsked).toBe(true);
      await task.run(never);
      expect((await createExaminations(documents).last(never)).examination?.atMs).toBeGreaterThan(first.examination?.atMs ?? 0);
      expect((await ask()).isAsked).toBe(false);
    });

    it('closes a feed in every process, on record, and opens it again; not one that its file closes', async () => {
      const stop = new AbortController();
      const elsewhere = await openFeeds({ file: path.join(folder, 'feeds.yaml'), log, signal: stop.signal });
      const { documents } = rig.parts;
      const following = followClosings(
        { documents: async () => documents, take: (closed) => elsewhere.closeByHand(closed), log, everyMs: 20 },
        stop.signal,
      );
      await following.known;
      const close = async (slug: string, isClosed: boolean, role: 'viewer' | 'editor' = 'editor') =>
        rig.as(role, 'PUT', `/api/feeds/${slug}/closing`, { isClosed });
      const listed = async () =>
        (await rig.as('viewer', 'GET', '/api/feeds'))
          .json<FeedsAnswer>()
          .feeds.map(({ slug, isOpen, isClosedByHand }) => [slug, isOpen, isClosedByHand]);
      expect((await close('news', true, 'viewer')).statusCode).toBe(403);
      expect((await close('news', true)).json()).toEqual({ feed: 'news', isClosed: true });
      expect(await listed()).toEqual([
        ['news', false, true],
        ['over', false, false],
      ]);
      await until('it is closed elsewhere', () => elsewhere.get('news')?.isOpen === false);
      await close('news', true);
      await close('news', false);
      const refused = await close('over', false);
      expect([refused.statusCode, refused.json()]).toEqual([
        409,
        { error: 'change-refused', message: expect.stringContaining('the file of feeds closes over') },
      ]);
      expect(await listed()).toEqual([
        ['news', true, false],
        ['over', false, false],
      ]);
      await until('it is open elsewhere', () => elsewhere.get('news')?.isOpen === true);
      const { decisions } = (await rig.as('viewer', 'GET', '/api/feeds/decisions')).json();
      expect(decisions).toMatchObject([
        { what: 'reopened', feed: 'news', messageId: null, actor: 'console:editor-program' },
        { what: 'closed', feed: 'news' },
      ]);
      expect((await close('none', true)).statusCode).toBe(404);
      stop.abort();
      await following.done;
      elsewhere.close();
    });
  });
});
