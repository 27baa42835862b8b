import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCameras, type OpenedCameras } from '@watchpost/cameras/open-cameras';
import { followStoredSettings } from '@watchpost/cameras/stored/follow-stored';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { openSeenWorld, seenChannel, type SeenWorld } from '../support/seen-world.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const nowMs = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const gate = `${seenChannel}/Gate`;
const file = `
defaults: { cooldown: 7m }
cameras:
  - { name: Gate, quietHours: "22:00-06:00", smallestFacePx: 30 }
`;

describe.each(oneOfEachBackend)('the settings of cameras in the console, on $name', (backend) => {
  describeWith(backend.needs, 'and in every process', () => {
    const stop = new AbortController();
    const log = createLogger('test', 'silent');
    let server: Service;
    let storage: ReturnType<typeof backend.storage>;
    let folder: string;
    let world: SeenWorld;
    let cameras: OpenedCameras;
    /** As a worker has them. */
    let elsewhere: OpenedCameras;
    let following: Promise<void>;
    let rig: ConsoleRig;

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      folder = await mkdtemp(path.join(tmpdir(), 'console-cameras-'));
      const where = path.join(folder, 'cameras.yaml');
      await writeFile(where, file);
      world = await openSeenWorld(storage);
      const box = { x: 0, y: 0, width: 100, height: 100 };
      await world.post({ id: 'one', camera: 'Gate', atMs: nowMs - 90 * minute }, [{ who: 1, at: box, sizePx: 35 }]);
      await world.post({ id: 'two', camera: 'Gate', atMs: nowMs - 5 * minute }, [
        { who: 2, at: box, sizePx: 90 },
        { who: 3, at: { ...box, x: 1_000 }, sizePx: 90 },
      ]);
      await world.post({ id: 'three', camera: 'Gate', atMs: nowMs - 4 * minute }, []);
      cameras = await openCameras({ file: where, log, signal: stop.signal });
      elsewhere = await openCameras({ file: where, log, signal: stop.signal });
      const { documents } = world.gallery;
      following = followStoredSettings(
        { documents: async () => documents, take: (overrides) => elsewhere.layOver(overrides), log, everyMs: 20 },
        stop.signal,
      );
      rig = await startConsole(storage, { deps: { cameras, now: () => nowMs } });
    });
    afterAll(async () => {
      stop.abort();
      elsewhere.close();
      await following;
      await rig.close();
      await world.close();
      await rm(folder, { recursive: true });
      await emptyGallery(storage);
      await server.stop();
    });

    const settings = async (place = gate) =>
      (await rig.as('viewer', 'GET', `/api/cameras/settings?camera=${encodeURIComponent(place)}`)).json();
    const valueOf = async (setting: string, place = gate) =>
      (await settings(place)).settings.find((each: { setting: string }) => each.setting === setting);
    const save = async (set: object, { place = gate, revision = -1 }: { place?: string | null; revision?: number } = {}) => {
      const { revision: now } = await settings();
      return rig.as('admin', 'PUT', '/api/cameras/settings', { place, set, revision: revision === -1 ? now : revision });
    };
    const held = (camera = 'Gate') => elsewhere.settingsOf(seenChannel, camera);

    it('tells what came of each camera’s pictures', async () => {
      const { cameras: listed, toMs } = (await rig.as('viewer', 'GET', '/api/cameras')).json();
      expect(toMs).toBe(nowMs);
      expect(listed).toMatchObject([
        {
          place: gate,
          total: 3,
          outcomes: { faces: 2, none: 1 },
          last: { snapshotId: 'slack-three', takenAtMs: nowMs - 4 * minute },
          latency: { p50Ms: 1_500, p95Ms: 1_500, snapshots: 3 },
        },
      ]);
      expect(listed[0].hours.slice(-2)).toEqual([1, 2]);
    });

    it('says of each value where it comes from', async () => {
      expect(await valueOf('cooldown')).toMatchObject({ value: '7m', origin: { from: 'file', scope: 'all' } });
      expect(await valueOf('quietHours')).toMatchObject({ value: '22:00-06:00', origin: { from: 'file', scope: 'camera' } });
      expect(await valueOf('visit.window')).toMatchObject({ value: '90s', origin: { from: 'default' } });
      expect(await valueOf('strangersNamedOneIn')).toMatchObject({ value: 1_000, origin: { from: 'default' } });
    });

    it('checks before it saves, in the words of the file’s reader, and shows what would change', async () => {
      const check = async (set: object) => (await rig.as('admin', 'POST', '/api/cameras/settings/check', { place: gate, set })).json();
      expect((await check({ cooldown: 'soon', visit: { window: '3h' }, colour: 'red' })).faults).toEqual([
        { setting: 'visit.window', message: 'must be a duration from 1s to 1h, such as 90s' },
        { setting: 'cooldown', message: 'must be a duration up to 24h, such as 5m; 0s for none' },
        { setting: 'colour', message: 'is no setting' },
      ]);
      const left = [
        [0, 0],
        [0.2, 0],
        [0.2, 0.3],
        [0, 0.3],
      ];
      expect(await check({ smallestFacePx: 40, masks: [left] })).toEqual({
        faults: [],
        changes: [
          { setting: 'smallestFacePx', before: 30, after: 40 },
          { setting: 'masks', before: [], after: [left] },
        ],
        preview: { faces: 3, snapshots: 2, tooSmall: 0, masked: 2 },
      });
      expect((await check({ smallestFacePx: 40 })).preview).toMatchObject({ tooSmall: 1, masked: 0 });
      expect((await settings()).set).toEqual({});
    });

    it('lays what is saved over the file, in every process, and gives it back', async () => {
      expect((await rig.as('editor', 'PUT', '/api/cameras/settings', { place: gate, set: {}, revision: 0 })).statusCode).toBe(403);
      expect((await save({ quietHours: 'off', policy: { unknown: 'digest' } })).statusCode).toBe(200);
      await until('the other process follows', () => held().quietHours === null);
      expect(held()).toMatchObject({ smallestFacePx: 30, policy: { named: 'now', unknown: 'digest' } });
      expect(await valueOf('quietHours')).toMatchObject({
        value: 'off',
        origin: { from: 'console', scope: 'camera' },
        without: { value: '22:00-06:00', origin: { from: 'file', scope: 'camera' } },
      });
      await save({});
      await until('the file holds again', () => held().quietHours !== null);
    });

    it('holds for all cameras what is set for all, but for those that have their own', async () => {
      await save({ smallestFacePx: 60, cooldown: '1m' }, { place: null });
      await until('it holds', () => held('Door').smallestFacePx === 60);
      expect(held('Door').cooldownMs).toBe(60_000);
      expect(held()).toMatchObject({ smallestFacePx: 30, cooldownMs: 60_000 });
      await save({}, { place: null });
    });

    it('refuses what has faults, and what somebody else overtook', async () => {
      expect((await save({ smallestFacePx: 'large' })).json()).toMatchObject({ error: 'settings-invalid' });
      const { revision } = await settings();
      await save({ cooldown: '2m' });
      const late = await save({ cooldown: '3m' }, { revision });
      expect([late.statusCode, late.json().error]).toEqual([409, 'document-conflict']);
      expect((await valueOf('cooldown')).value).toBe('2m');
    });

    it('keeps who changed what, newest first', async () => {
      const { items } = (await rig.as('viewer', 'GET', '/api/cameras/settings/history?limit=2')).json();
      expect(items[0]).toMatchObject({ by: 'console:admin-program', place: gate, before: {}, after: { cooldown: '2m' } });
      expect(items[1]).toMatchObject({ place: null, after: {} });
    });

    it('tries thresholds against the value that the console sets', async () => {
      await save({ strangersNamedOneIn: 5_000 });
      const lines = (await rig.as('viewer', 'GET', `/api/thresholds/lines?camera=${encodeURIComponent(gate)}`)).json();
      expect(lines).toMatchObject({ here: 5_000, from: 'console', oneIn: 1_000 });
      await until('workers follow', () => held().strangersNamedOneIn === 5_000);
    });
  });
});
