import { defaultHousekeepingSettings } from '@watchpost/gallery/housekeeping/housekeeping';
import { enforceRetention } from '@watchpost/privacy/retention/enforce';
import { createRetentionReport } from '@watchpost/privacy/retention/report';
import { readRetention } from '@watchpost/privacy/retention/settings';
import { createKeptFiles } from '@watchpost/convert/kept-files';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { expect, it } from 'vitest';
import { snapshotJob } from '../support/factories.ts';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';
import { sightedFace, snapshot } from '../support/gallery-samples.ts';
import { letTimePass } from '../support/passing-time.ts';
import { startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const log = createLogger('test', 'silent');

describeOperations('retention by the settings of today', (rig) => {
  const enforce = (env: Record<string, string>, keepsCrops = true): Promise<number> => {
    const { documents, kept } = rig.opened;
    return enforceRetention({ documents, holdings: kept.holdings, log }, readRetention(env), keepsCrops, never);
  };
  const record = (snapshotId: string, takenAtMs: number) =>
    rig.withDatabase(async ({ sightings, records }) => {
      const seen = snapshot({ snapshotId, takenAtMs, faces: [sightedFace({ personId: null })] });
      await sightings.record(seen, [{ position: 0, jpeg: new Uint8Array([1, 2]) }], never);
      await records.open(snapshotJob({ snapshotId, takenAtMs }), never);
    });
  const left = (snapshotId: string) =>
    rig.withDatabase(async ({ sightings, records }) => ({
      sighting: (await sightings.find(snapshotId, never)) !== null,
      crop: (await sightings.crop(snapshotId, 0, never)) !== null,
      record: (await records.get(snapshotId, never)) !== null,
    }));

  it('counts for what an earlier, longer setting wrote, and not for what is newer', async () => {
    await record('old', Date.now());
    await letTimePass(rig.storage, 8 * dayMs);
    // Of a backlog: it was taken long ago, and recorded now.
    await record('late', Date.now() - 20 * dayMs);
    const both = { sighting: true, crop: true, record: true };
    await enforce({ SIGHTINGS_KEEP_DAYS: '9', RECORDS_KEEP_DAYS: '9' });
    expect([await left('old'), await left('late')]).toEqual([both, both]);
    expect(await enforce({ SIGHTINGS_KEEP_DAYS: '7', RECORDS_KEEP_DAYS: '9' })).toBe(1);
    expect(await left('old')).toEqual({ sighting: false, crop: false, record: true });
    await enforce({ SIGHTINGS_KEEP_DAYS: '7', RECORDS_KEEP_DAYS: '7' });
    expect([await left('old'), await left('late')]).toEqual([{ sighting: false, crop: false, record: false }, both]);
  });

  it('removes pictures of faces where none are to be kept, and nothing else', async () => {
    await record('a', Date.now());
    await rig.see(strangerVector(1), 'known', { crop: new Uint8Array([1, 2, 3]) });
    const { faces } = await rig.contents();
    const cropOf = () => rig.withDatabase(({ store }) => store.crop(faces[0]?.id ?? '', never));
    expect(await cropOf()).not.toBeNull();
    await enforce({});
    expect(await cropOf()).not.toBeNull();
    await enforce({}, false);
    expect([await cropOf(), await left('a')]).toEqual([null, { sighting: true, crop: false, record: true }]);
    expect(await rig.see(strangerVector(1), 'again')).toMatchObject({ person: { name: 'Unknown 1' } });
  });

  it('counts for documents, whatever date they were given', async () => {
    const kinds = [
      ['visit', 'SIGHTINGS_KEEP_DAYS'],
      ['violation', 'RULES_KEEP_DAYS'],
      ['quarantine', 'RULES_KEEP_DAYS'],
      ['private-log-entry', 'TALK_KEEP_DAYS'],
      ['registration', 'TALK_KEEP_DAYS'],
      ['receipt', 'AUDIT_KEEP_DAYS'],
      ['camera-settings-change', 'AUDIT_KEEP_DAYS'],
      ['console-log', 'AUDIT_KEEP_DAYS'],
      ['conversion-audit', 'AUDIT_KEEP_DAYS'],
      ['feed-decision', 'AUDIT_KEEP_DAYS'],
      ['personal-audit', 'AUDIT_KEEP_DAYS'],
      ['quarantine-access', 'AUDIT_KEEP_DAYS'],
      ['queue-change', 'AUDIT_KEEP_DAYS'],
      ['restore-log', 'AUDIT_KEEP_DAYS'],
      ['rule-change', 'AUDIT_KEEP_DAYS'],
      ['talk-access-audit', 'AUDIT_KEEP_DAYS'],
      ['violation-decision', 'AUDIT_KEEP_DAYS'],
    ] as const;
    const { documents } = rig.opened;
    const { nowMs } = await documents.get('visit', '', never);
    const common = { revision: 0, keys: [], expiresAtMs: nowMs + 300 * dayMs, body: {} };
    for (const [kind] of kinds)
      for (const days of [5, 7]) await documents.put({ ...common, kind, id: `${days}`, atMs: nowMs - days * dayMs }, never);
    // Of somebody who is still being erased.
    await documents.put({ ...common, kind: 'receipt', id: 'open', atMs: nowMs - 500 * dayMs, expiresAtMs: null }, never);
    const ids = async (kind: string) =>
      (await documents.find({ kind, order: 'oldest', limit: 9 }, never)).map(({ id }) => id).filter((id) => id !== 'open');
    const all = (days: string) => Object.fromEntries(kinds.map(([, variable]) => [variable, days]));
    await enforce(all('8'));
    for (const [kind] of kinds) expect([kind, await ids(kind)]).toEqual([kind, ['7', '5']]);
    await enforce(all('6'));
    for (const [kind] of kinds) expect([kind, await ids(kind)]).toEqual([kind, ['5']]);
    expect((await documents.get('receipt', 'open', never)).document).not.toBeNull();
    // Without the setting nothing of theirs goes.
    await enforce({ ...all('4'), TALK_KEEP_DAYS: '' });
    expect([await ids('registration'), await ids('visit')]).toEqual([['5'], []]);
  });

  it('goes on with everything else where one kind cannot be removed', async () => {
    await record('old', Date.now());
    await letTimePass(rig.storage, 40 * dayMs);
    const { documents, kept } = rig.opened;
    const { nowMs } = await documents.get('visit', '', never);
    await documents.put(
      { kind: 'violation', id: '1', revision: 0, atMs: nowMs - 99 * dayMs, keys: [], expiresAtMs: null, body: {} },
      never,
    );
    const away = new AppError('gallery-unavailable', 'it takes too long');
    const holdings: typeof kept.holdings = {
      ...kept.holdings,
      prune: async (outdated, signal) => (outdated.kind === 'sightings' ? Promise.reject(away) : kept.holdings.prune(outdated, signal)),
    };
    const removeOld: typeof documents.removeOld = async (which, signal) =>
      which.kind === 'visit' ? Promise.reject(away) : documents.removeOld(which, signal);
    const stores = { documents: { ...documents, removeOld }, holdings, log };
    expect(await enforceRetention(stores, readRetention({}), true, never)).toBe(2);
    expect(await left('old')).toMatchObject({ sighting: true, record: false });
    expect((await documents.get('violation', '1', never)).document).toBeNull();
    await expect(enforceRetention(stores, readRetention({}), true, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });

  it('lets a download that has begun go on, and then removes the file’s pieces', async () => {
    const { documents } = rig.opened;
    const since = async (passedMs: number) => {
      const earlier: typeof documents.get = async (...args) => {
        const got = await documents.get(...args);
        return { ...got, nowMs: got.nowMs - passedMs };
      };
      const files = createKeptFiles({ ...documents, get: earlier });
      const content = [Buffer.alloc(600_000, 1), Buffer.alloc(600_000, 2)];
      return files.keep(
        {
          name: 'a.mp4',
          mimeType: 'video/mp4',
          content: (async function* () {
            yield* content;
          })(),
        },
        24 * hourMs,
        never,
      );
    };
    const sizeOf = async (file: Awaited<ReturnType<typeof since>>): Promise<number> => {
      let bytes = 0;
      for await (const part of createKeptFiles(documents).read(file, { from: 0, to: file.bytes }, never)) bytes += part.length;
      return bytes;
    };
    const [begun, over] = [await since(24 * hourMs + 2 * minuteMs), await since(24 * hourMs + 11 * minuteMs)];
    await enforce({ CONVERT_KEEP_HOURS: '24' });
    expect([await createKeptFiles(documents).get(begun.id, never), await sizeOf(begun)]).toEqual([null, 1_200_000]);
    await expect(sizeOf(over)).rejects.toMatchObject({ code: 'file-gone' });
  });

  it('forgets named people who were not seen for so long, and leaves the others', async () => {
    for (const seed of [1, 2, 3]) await rig.see(strangerVector(seed), `s${seed}`);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await letTimePass(rig.storage, 40 * dayMs);
    await rig.seeAll([strangerVector(2)], { snapshotId: 'today', takenAtMs: Date.now() });
    const round = async (namedKeepMs: number | null) => {
      const process = await startGallery(rig.storage, { settings: { housekeeping: { ...defaultHousekeepingSettings, namedKeepMs } } });
      await process.housekeeping.round(never);
      const names = (await process.gallery.people(never)).map(({ name }) => name);
      await process.gallery.close();
      return names;
    };
    expect(await round(null)).toEqual(['Ada', 'Bob', 'Unknown 3']);
    expect(await round(60 * dayMs)).toEqual(['Ada', 'Bob', 'Unknown 3']);
    expect(await round(30 * dayMs)).toEqual(['Bob', 'Unknown 3']);
    const [entry] = await rig.opened.operations.history(1, never);
    expect(entry).toMatchObject({ action: 'forget', actor: { id: 'watchpost' } });
  });

  it('is reported: how much, how old, and what is due next', async () => {
    await record('a', Date.now());
    await rig.see(strangerVector(1), 's1');
    await rig.see(strangerVector(2), 's2');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await letTimePass(rig.storage, 3 * dayMs);
    const settings = readRetention({ SIGHTINGS_KEEP_DAYS: '10', NAMED_KEEP_DAYS: '20', UNKNOWN_KEEP_DAYS: '5' });
    const { atMs, classes } = await createRetentionReport(rig.opened.kept.holdings, settings)(never);
    const of = (id: string) => classes.find((each) => each.id === id);
    const inDays = (ms: number | null | undefined): number | null => (ms == null ? null : Math.round((ms - atMs) / dayMs));
    expect(of('named')).toMatchObject({ count: 1, isExact: true, setting: { name: 'NAMED_KEEP_DAYS', keepMs: 20 * dayMs } });
    expect([of('named'), of('unknown'), of('sightings')].map((each) => inDays(each?.nextDueMs))).toEqual([17, 2, 7]);
    expect(of('unknown')).toMatchObject({ count: 1 });
    expect(of('sightings')?.count).toBe(3);
    expect(inDays(of('sightings')?.oldestMs)).toBe(-3);
    expect(of('references')?.bytes).toBeGreaterThan(4_000);
    expect(of('snapshots')).toMatchObject({ count: null, nextDueMs: null });
    expect(of('posts')).toMatchObject({ setting: { name: 'POSTS_KEEP_DAYS', keepMs: null } });
  });
});
