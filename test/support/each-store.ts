import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Changeset, Head } from '@watchpost/gallery/domain';
import type { ChangeBatch } from '@watchpost/gallery/store';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { describeWith } from './describe-with.ts';
import { clearGallery, emptyGallery, type GalleryBackend, galleryBackends } from './gallery-backends.ts';
import { changeset } from './gallery-samples.ts';
import type { Service } from './services.ts';

export const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never);

/** An empty database for each test. */
export interface StoreUnderTest {
  backend: GalleryBackend;
  storage: () => StorageConfig;
  database: () => Database;
  /** Another connection to the same gallery, closed after the test. */
  another: () => Promise<Database>;
  /** Commits on the newest head. */
  commit: (change: Partial<Changeset>) => Promise<Head>;
  /** Everything since this version. */
  changesSince: (since: number, embeddings?: boolean) => Promise<ChangeBatch & { head: Head }>;
}

const open = async (storage: StorageConfig): Promise<Database> => openDatabase(storage, { log: createLogger('test', 'silent') }, never);

/** A suite on each database that a gallery can be on, on those that `only` names, or on these `backends`. */
export function onEachStore(
  title: string,
  suite: (store: StoreUnderTest) => void,
  { only = '', backends = galleryBackends }: { only?: string; backends?: readonly GalleryBackend[] } = {},
): void {
  for (const backend of backends.filter(({ name }) => name.startsWith(only))) {
    describeWith(backend.needs, `${title} on ${backend.name}`, () => {
      let server: Service;
      let storage: StorageConfig;
      let opened: Database[];
      const database = (): Database => opened[0]!;

      beforeAll(async () => {
        server = await backend.start();
        storage = backend.storage(server.url);
      });
      afterAll(async () => {
        await emptyGallery(storage);
        await server.stop();
      });
      beforeEach(async () => {
        opened = [await open(storage)];
      });
      afterEach(async () => {
        await Promise.all(opened.map(async (each) => each.close()));
        await clearGallery(storage);
      });

      suite({
        backend,
        storage: () => storage,
        database,
        another: async () => {
          const fresh = await open(storage);
          opened.push(fresh);
          return fresh;
        },
        commit: async (change) => {
          const { store } = database();
          const head = await store.commit(await store.head(never), changeset(change), randomUUID(), never);
          if (typeof head === 'string') throw new Error(`not committed: ${head}`);
          return head;
        },
        changesSince: async (since, embeddings = true) => {
          const all: ChangeBatch = { persons: [], faces: [], pairs: [], faults: [] };
          const visit = (batch: ChangeBatch): void => {
            all.persons.push(...batch.persons);
            all.faces.push(...batch.faces);
            all.pairs.push(...batch.pairs);
            all.faults.push(...batch.faults);
          };
          const head = await database().store.changes(since, { embeddings }, visit, never);
          return { head, ...all };
        },
      });
    });
  }
}
