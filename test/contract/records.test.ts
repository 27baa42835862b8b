import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { describeWith } from '../support/describe-with.ts';
import { recordedFace, snapshotJob } from '../support/factories.ts';
import { emptyGallery, galleryBackends, withMongo, withPostgres } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

/** Makes the last write of a snapshot in progress so many seconds older. */
async function makeOlder(storage: StorageConfig, snapshotId: string, seconds: number): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    return withMongo(storage, async (client) => {
      const older = [{ $set: { inProgressAt: { $subtract: ['$inProgressAt', seconds * 1_000] } } }];
      await client.db().collection<{ _id: string }>('snapshots').updateOne({ _id: snapshotId }, older);
    });
  return withPostgres(storage, async (client) => {
    const older = `UPDATE watchpost.snapshots SET in_progress_at = in_progress_at - $2 * interval '1 second' WHERE snapshot_id = $1`;
    await client.query(older, [snapshotId, seconds]);
  });
}

/** Makes a record as releases wrote it that did not know of snapshots in progress. */
async function makeEarlier(storage: StorageConfig, snapshotId: string): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    return withMongo(storage, async (client) => {
      const earlier = { $set: { seen: true }, $unset: { inProgressAt: 1, 'body.look': 1, 'body.galleryPosition': 1 } } as const;
      await client.db().collection<{ _id: string }>('snapshots').updateOne({ _id: snapshotId }, earlier);
    });
  return withPostgres(storage, async (client) => {
    const earlier = `UPDATE watchpost.snapshots SET seen = true, body = body - 'look' - 'galleryPosition' WHERE snapshot_id = $1`;
    await client.query(earlier, [snapshotId]);
  });
}

for (const backend of galleryBackends) {
  describeWith(backend.needs, `snapshot records on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let database: Database;
    const job = (over: Parameters<typeof snapshotJob>[0] = {}) => snapshotJob({ snapshotId: `slack-${randomUUID()}`, ...over });

    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      database = await openDatabase(storage, { log: createLogger('test', 'silent') }, never);
    });
    afterAll(async () => {
      await database.close();
      await emptyGallery(storage);
      await server.stop();
    });

    it('creates a record once', async () => {
      const { records } = database;
      const wanted = job();
      expect(await records.get(wanted.snapshotId, never)).toBeNull();
      const opened = await Promise.all([1, 2, 3].map(async () => records.open(wanted, never)));
      expect(opened.map(({ revision, state }) => [revision, state])).toEqual([
        [1, 'received'],
        [1, 'received'],
        [1, 'received'],
      ]);
      expect(await records.get(wanted.snapshotId, never)).toEqual(opened[0]);
    });

    it('keeps every field', async () => {
      const { records } = database;
      const fresh = await records.open(job({ camera: null }), never);
      const full: SnapshotRecord = {
        ...fresh,
        state: 'recognised',
        outcome: 'faces',
        outcomeAtMs: 1_700_000_000_123,
        sha256: 'ab'.repeat(32),
        fingerprint: new Uint8Array([0, 255, 7]),
        sameAs: 'slack-other',
        width: 1_920,
        height: 1_080,
        faces: [recordedFace(), recordedFace({ decision: 'unrecognisable', personId: null, similarity: null })],
        galleryPosition: { epoch: 'e', version: 7 },
        look: 'looking',
        upload: { state: 'sharing', fileId: 'F9' },
        error: { code: 'image-corrupt', message: 'broken' },
      };
      const saved = await records.save(full, never);
      expect(saved).toEqual({ ...full, revision: 2, updatedAtMs: saved.updatedAtMs });
      expect(await records.get(fresh.snapshotId, never)).toEqual(saved);
    });

    it('lets only one of two writers of the same revision succeed', async () => {
      const { records } = database;
      const fresh = await records.open(job(), never);
      const writes = await Promise.allSettled([1, 2, 3, 4].map(async (width) => records.save({ ...fresh, width }, never)));
      expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const lost = writes.flatMap((write) => (write.status === 'rejected' ? [write.reason as unknown] : []));
      expect(lost).toHaveLength(3);
      for (const reason of lost) expect(reason).toMatchObject({ code: 'record-conflict', retry: 'transient' });
    });

    describe('the frames that one is compared with', () => {
      const fingerprint = new Uint8Array([1, 2, 3]);
      const channel = (): SnapshotJob['channel'] => `slack:C${randomUUID().slice(0, 8)}`;
      const make = async (of: Partial<SnapshotJob>, state: Partial<SnapshotRecord>): Promise<SnapshotRecord> => {
        const record = await database.records.open(job(of), never);
        return database.records.save({ ...record, sha256: 'aa', fingerprint, ...state }, never);
      };
      const taken = async (of: SnapshotJob['channel'], camera: string | null, limit: number, [fromMs, toMs] = [0, 10_000]) =>
        (await database.records.frames({ channel: of, camera, fromMs, toMs }, limit, never)).map(({ takenAtMs, look }) => [
          takenAtMs,
          look,
        ]);

      it('are the newest of the camera that were looked at', async () => {
        const of = channel();
        for (const takenAtMs of [3_000, 1_000, 2_000]) await make({ channel: of, camera: 'Gate', takenAtMs }, { state: 'recognised' });
        await make({ channel: of, camera: 'Door', takenAtMs: 8_000 }, { state: 'posted' });
        await make({ channel: of, camera: null, takenAtMs: 7_000 }, { state: 'nothing-to-post' });
        expect(await taken(of, 'Gate', 2)).toEqual([
          [3_000, null],
          [2_000, null],
        ]);
        expect(await taken(of, 'Gate', 9, [1_000, 2_999])).toEqual([
          [2_000, null],
          [1_000, null],
        ]);
        expect((await taken(of, null, 9)).map(([at]) => at)).toEqual([8_000, 7_000, 3_000, 2_000, 1_000]);
        expect(await taken(channel(), 'Gate', 5)).toEqual([]);
      });

      it('are none that repeated another one, failed, or lost their fingerprint, however many those are', async () => {
        const of = channel();
        await make({ channel: of, takenAtMs: 1_000 }, { state: 'posted' });
        for (let at = 2_000; at < 9_000; at += 1_000) await make({ channel: of, takenAtMs: at }, { state: 'nothing-new' });
        await make({ channel: of, takenAtMs: 9_000 }, { state: 'failed', look: 'looking' });
        await make({ channel: of, takenAtMs: 9_500 }, { state: 'posted', fingerprint: null });
        expect(await taken(of, 'Front door', 1)).toEqual([[1_000, null]]);
        expect(await taken(of, null, 1)).toEqual([[1_000, null]]);
      });

      it('are those of an earlier release too, without what it counted as seen although it only repeated another one', async () => {
        const of = channel();
        await makeEarlier(storage, (await make({ channel: of, takenAtMs: 1_000 }, { state: 'posted' })).snapshotId);
        const repeated = await make({ channel: of, takenAtMs: 2_000 }, { state: 'nothing-new' });
        await makeEarlier(storage, repeated.snapshotId);
        expect(await taken(of, 'Front door', 1)).toEqual([[1_000, null]]);
        expect(await database.records.get(repeated.snapshotId, never)).toEqual(repeated);
      });

      it('are those in progress too, until these are done', async () => {
        const of = channel();
        await make({ channel: of, takenAtMs: 1_000 }, { look: 'waiting' });
        const looking = await make({ channel: of, takenAtMs: 2_000 }, { look: 'looking' });
        await make({ channel: of, takenAtMs: 3_000 }, {});
        expect(await taken(of, 'Front door', 1)).toEqual([
          [1_000, 'waiting'],
          [2_000, 'looking'],
        ]);
        await database.records.save({ ...looking, state: 'recognised', look: null }, never);
        expect(await taken(of, 'Front door', 1)).toEqual([
          [2_000, null],
          [1_000, 'waiting'],
        ]);
      });

      it('are none in progress that nobody has written for three minutes: its worker was killed', async () => {
        const of = channel();
        const { snapshotId } = await make({ channel: of, takenAtMs: 1_000 }, { look: 'looking' });
        await makeOlder(storage, snapshotId, 170);
        expect(await taken(of, null, 1)).toEqual([[1_000, 'looking']]);
        await makeOlder(storage, snapshotId, 20);
        expect(await taken(of, null, 1)).toEqual([]);
      });
    });

    it('counts what came of the snapshots of each camera, each once, by when that was written', async () => {
      const { records } = database;
      const channel = `slack:C${randomUUID().slice(0, 8)}` as const;
      const end = async (camera: string | null, outcome: SnapshotRecord['outcome'], outcomeAtMs: number): Promise<SnapshotRecord> => {
        // When they were taken does not matter.
        const record = await records.open(job({ channel, camera, takenAtMs: 5_000_000 }), never);
        return records.save({ ...record, outcome, outcomeAtMs }, never);
      };
      for (const [camera, outcome, atMs] of [
        ['Gate', 'faces', 1_000],
        ['Gate', 'faces', 1_999],
        ['Gate', 'skipped', 1_500],
        [null, 'none', 1_500],
        ['Door', 'faces', 999],
        ['Door', 'faces', 2_000],
      ] as const)
        await end(camera, outcome, atMs);
      await records.open(job({ channel }), never);
      const counts = async (fromMs: number, toMs: number) =>
        (await records.outcomes({ fromMs, toMs }, never))
          .filter((each) => each.channel === channel)
          .map(({ camera, outcome, snapshots }) => `${String(camera)} ${outcome} ${String(snapshots)}`)
          .sort();
      expect(await counts(1_000, 2_000)).toEqual(['Gate faces 2', 'Gate skipped 1', 'null none 1']);

      const failed = await end('Gate', 'failed', 1_500);
      await records.save({ ...failed, outcome: 'faces', outcomeAtMs: 1_600 }, never);
      expect(await counts(1_000, 2_000)).toEqual(['Gate faces 3', 'Gate skipped 1', 'null none 1']);
      expect(await counts(0, 3_000)).toEqual(['Door faces 2', 'Gate faces 3', 'Gate skipped 1', 'null none 1']);
    });

    it('tells when the newest snapshot of a channel was taken, whatever came of it', async () => {
      const { records } = database;
      const channel = `slack:C${randomUUID().slice(0, 8)}` as const;
      for (const takenAtMs of [2_000, 4_000, 3_000]) await records.open(job({ channel, takenAtMs, camera: `Camera ${takenAtMs}` }), never);
      await records.open(job({ takenAtMs: 3_500 }), never);
      expect(await records.newest(channel, 9_000, never)).toBe(4_000);
      expect(await records.newest(channel, 4_000, never)).toBe(3_000);
      expect(await records.newest(channel, 2_000, never)).toBeNull();
      expect(await records.newest('slack:C0', 9_000, never)).toBeNull();
    });

    it('removes the fingerprints of old frames, and nothing else', async () => {
      const { records } = database;
      const fingerprint = new Uint8Array([1, 2, 3]);
      const make = async (takenAtMs: number) => {
        const record = await records.open(job({ takenAtMs }), never);
        return records.save({ ...record, sha256: 'aa', fingerprint }, never);
      };
      const later = Date.now() + 60_000;
      const [old, young] = [await make(1_000), await make(later)];
      await records.forgetFrames(later, never);
      expect(await records.get(old.snapshotId, never)).toEqual({ ...old, fingerprint: null });
      expect(await records.get(young.snapshotId, never)).toEqual(young);
    });

    it('keeps the fingerprints of old frames that were looked at just now: the rest of a backlog is compared with them', async () => {
      const { records } = database;
      const record = await records.open(job({ takenAtMs: 1_000 }), never);
      const saved = await records.save({ ...record, sha256: 'aa', fingerprint: new Uint8Array([1, 2, 3]) }, never);
      await records.forgetFrames(saved.updatedAtMs, never);
      expect(await records.get(saved.snapshotId, never)).toEqual(saved);
    });
  });
}
