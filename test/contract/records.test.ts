import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { recordedFace, snapshotJob } from '../support/factories.ts';
import { emptyGallery, galleryBackends } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

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
        sha256: 'ab'.repeat(32),
        fingerprint: new Uint8Array([0, 255, 7]),
        sameAs: 'slack-other',
        width: 1_920,
        height: 1_080,
        faces: [recordedFace(), recordedFace({ decision: 'unrecognisable', personId: null, similarity: null })],
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

    it('returns the newest of one camera that have a sha256', async () => {
      const { records } = database;
      const channel = 'slack:C9';
      const make = async (takenAtMs: number, camera: string | null, sha256: string | null): Promise<void> => {
        const record = await records.open(job({ channel, camera, takenAtMs }), never);
        await records.save({ ...record, sha256 }, never);
      };
      for (const takenAtMs of [3_000, 1_000, 2_000]) await make(takenAtMs, 'Gate', 'aa');
      await make(9_000, 'Gate', null);
      await make(8_000, 'Door', 'bb');
      await make(7_000, null, 'cc');
      const taken = async (camera: string | null, limit: number) =>
        (await records.recent({ channel, camera }, limit, never)).map((record) => record.job.takenAtMs);
      expect(await taken('Gate', 2)).toEqual([3_000, 2_000]);
      expect(await taken('Gate', 9)).toEqual([3_000, 2_000, 1_000]);
      expect(await taken(null, 9)).toEqual([7_000]);
      expect(await records.recent({ channel: 'slack:C8', camera: 'Gate' }, 5, never)).toEqual([]);
    });

    it('removes the fingerprints of old frames, and nothing else', async () => {
      const { records } = database;
      const fingerprint = new Uint8Array([1, 2, 3]);
      const make = async (takenAtMs: number) => {
        const record = await records.open(job({ takenAtMs }), never);
        return records.save({ ...record, sha256: 'aa', fingerprint }, never);
      };
      const [old, young] = [await make(1_000), await make(5_000)];
      await records.forgetFrames(5_000, never);
      expect(await records.get(old.snapshotId, never)).toEqual({ ...old, fingerprint: null });
      expect(await records.get(young.snapshotId, never)).toEqual(young);
    });
  });
}
