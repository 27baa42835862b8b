import type { StorageConfig } from '@watchpost/shared/config/common';
import { syntheticDecision } from '@watchpost/bench/gallery/synthetic-calibration';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import type { StoredFace } from '@watchpost/gallery/domain';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLruIndex } from '@watchpost/gallery/memory/paging/lru-index';
import { createPageIn, type VectorSearch } from '@watchpost/gallery/memory/paging/page-in';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { createRecognise } from '@watchpost/gallery/recognise/recognise';
import { dot as cosine } from '@watchpost/shared/vectors';
import { defaultReferenceSettings } from '@watchpost/gallery/decide/references';
import { createVectorsOf } from '@watchpost/gallery/memory/vectors-of';
import { createSync, defaultSyncSettings } from '@watchpost/gallery/memory/sync';
import { createTransact } from '@watchpost/gallery/changes/transact';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { alikeVector, emptyGallery, face, galleryBackends, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');
const resident = 12;

for (const backend of galleryBackends.filter(({ name }) => !name.includes('standalone'))) {
  describeWith(backend.needs, `a gallery larger than memory on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    const closers: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(() => {
      storage = backend.storage(server.url);
    });
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
      await emptyGallery(storage);
    });

    /** A process with a few vectors in memory, and a search index that has only the faces up to version `indexedUpTo`. */
    const open = async (capacity = resident) => {
      const database = await openDatabase(storage, { log }, never);
      const metrics = createGalleryMetrics(createMetrics({ processMetrics: false }));
      const lag = { indexedUpTo: Infinity, asked: 0 };
      const all = async (which: (stored: StoredFace) => boolean): Promise<StoredFace[]> => {
        const found: StoredFace[] = [];
        await database.store.changes(0, { embeddings: true }, ({ faces }) => void found.push(...faces.filter(which)), never);
        return found;
      };
      const search: VectorSearch = {
        nearest: async (embedding, modelId) => {
          lag.asked += 1;
          const indexed = await all((stored) => stored.modelId === modelId && stored.version <= lag.indexedUpTo);
          const similarity = (stored: StoredFace): number => cosine(stored.embedding, embedding);
          return indexed.toSorted((a, b) => similarity(b) - similarity(a)).slice(0, 4);
        },
        ofPersons: async (ids, modelId) => all((stored) => ids.includes(stored.personId) && stored.modelId === modelId),
      };
      const mirror = createMirror(() => createLruIndex(createExactIndex(), capacity));
      const sync = createSync({
        ...database,
        ...defaultSyncSettings,
        mirror,
        metrics,
        log,
        embeddings: 'newest',
        adopt: async () => undefined,
      });
      const transact = createTransact({ store: database.store, sync, mirror, metrics });
      const recognise = createRecognise({
        ...database,
        mirror,
        sync,
        transact,
        metrics,
        decision: syntheticDecision,
        references: defaultReferenceSettings,
        vectorsOf: createVectorsOf({ ...database, mirror }),
        pageIn: createPageIn({ mirror, search }),
      });
      closers.push(async () => {
        await sync.close();
        await database.close();
      });
      sync.start();
      await sync.ready(never);
      const see = async (vector: Float32Array): Promise<string | undefined> => {
        const [answer] = await recognise(snapshotInfo(), [face(vector)], never);
        return answer?.person?.name;
      };
      const vectors = (): number => [...mirror.idsByPerson().keys()].flatMap((id) => mirror.references(id, 'test-model')).length;
      return { see, mirror, lag, vectors, transact, sync };
    };

    it('recognises everybody with a few vectors in memory', async () => {
      const strangers = Array.from({ length: 40 }, (_, index) => strangerVector(1_000 + index));
      const first = await open();
      for (const stranger of strangers) await first.see(stranger);
      expect(first.vectors()).toBe(resident);
      const second = await open();
      expect(second.vectors()).toBe(resident);
      expect(second.mirror.counts()).toEqual({ persons: 40, faces: 40 });
      for (const { see } of [first, second]) {
        for (const [index, stranger] of strangers.entries()) {
          expect(await see(alikeVector(stranger, 0.9, index))).toBe(`Unknown ${String(index + 1)}`);
        }
      }
      expect(second.vectors()).toBeLessThanOrEqual(resident);
      expect(second.mirror.counts().persons).toBe(40);
    });

    it('creates one person for a stranger who is not in the index yet', async () => {
      const [here, there] = [await open(), await open()];
      for (let seed = 0; seed < 20; seed += 1) await here.see(strangerVector(2_000 + seed));
      for (const { lag } of [here, there]) lag.indexedUpTo = 5;
      const stranger = strangerVector(1);
      const names = await Promise.all([here, there].map(async ({ see }, index) => see(alikeVector(stranger, 0.95, 50 + index))));
      expect(names).toEqual(['Unknown 21', 'Unknown 21']);
      // A process that starts now has the newest vectors in memory too, as far as they fit.
      const late = await open(30);
      late.lag.indexedUpTo = 5;
      expect(await late.see(alikeVector(stranger, 0.95, 60))).toBe('Unknown 21');
    });

    it('keeps the number of references within the cap although most are not in memory', async () => {
      const gallery = await open();
      const someone = strangerVector(1);
      await gallery.see(someone);
      for (let seed = 0; seed < 50; seed += 1) {
        await gallery.see(alikeVector(someone, 0.72 + (seed % 5) / 100, 100 + seed));
        await gallery.see(strangerVector(5_000 + seed));
      }
      const person = gallery.mirror.called('Unknown 1')[0]!;
      expect(gallery.mirror.facesOf(person.id).length).toBeLessThanOrEqual(defaultReferenceSettings.cap);
    });

    it('does not bring back a face that was removed meanwhile', async () => {
      const gallery = await open();
      const someone = strangerVector(1);
      await gallery.see(someone);
      const person = gallery.mirror.called('Unknown 1')[0]!;
      const [reference] = gallery.mirror.facesOf(person.id);
      const stale: StoredFace = { ...reference!, embedding: someone, deleted: false };
      const removal = { persons: [], pairs: [], faces: [{ id: reference!.id, isNew: false as const, set: { deleted: true } }] };
      await gallery.transact(() => ({ changeset: removal, result: undefined }), never);
      const pageIn = createPageIn({ mirror: gallery.mirror, search: { nearest: async () => [stale], ofPersons: async () => [stale] } });
      await pageIn([face(someone)], never);
      expect([gallery.mirror.candidates(someone, 'test-model'), gallery.mirror.counts().faces]).toEqual([[], 0]);
    });
  });
}

describeWith(['mongo'], 'GALLERY_INDEX=mongot on a server without mongot', () => {
  it('calls nobody unknown, and says that jobs must wait', async () => {
    const backend = galleryBackends[1]!;
    const server = await backend.start();
    const storage = backend.storage(server.url);
    const options = { log, metrics: createMetrics({ processMetrics: false }), settings: { index: 'mongot' as const } };
    const { gallery } = await startGallery(storage, options);
    try {
      const seen = gallery.recognise(snapshotInfo(), [face(strangerVector(1))], never);
      await expect(seen).rejects.toMatchObject({ code: 'search-index-not-ready', retry: 'transient', retryAfterMs: 5_000 });
      expect(await gallery.people(never)).toEqual([]);
    } finally {
      await gallery.close();
      await server.stop();
    }
  });

  it('is refused where the gallery is not on MongoDB', async () => {
    const options = { log, metrics: createMetrics({ processMetrics: false }), settings: { index: 'mongot' as const } };
    await expect(openGallery({ POSTGRES_URL: 'postgres://127.0.0.1:1/none' }, options, never)).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});
