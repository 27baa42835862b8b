import { setMaxListeners } from 'node:events';
import type { Actor, AuditEntry, SnapshotSightings, StoredFace, StoredPair, StoredPerson } from '@watchpost/gallery/domain';
import type { MatchedFace, Operation, Person } from '@watchpost/gallery/gallery';
import type { OpenedGallery, OpenGalleryOptions } from '@watchpost/gallery/open-gallery';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { describeWith } from './describe-with.ts';
import {
  clearGallery,
  emptyGallery,
  face,
  type GalleryBackend,
  galleryBackends,
  oneOfEachBackend,
  snapshotInfo,
} from './gallery-backends.ts';
import type { Service } from './services.ts';
import { startGallery } from './start-gallery.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

/** Everything that a database holds of the gallery. */
interface Contents {
  persons: StoredPerson[];
  faces: StoredFace[];
  pairs: StoredPair[];
}

/** A gallery that starts empty before each test, with what tests do to it as a reader would. */
export interface GalleryRig {
  readonly backend: GalleryBackend;
  readonly storage: StorageConfig;
  /** The gallery of the first process. */
  readonly opened: OpenedGallery;
  /** One more process; closed after the test. */
  start(options?: Partial<OpenGalleryOptions>): Promise<OpenedGallery>;
  /** Shows the gallery a picture of these faces. */
  seeAll(vectors: readonly Float32Array[], info?: Parameters<typeof snapshotInfo>[0]): Promise<MatchedFace[]>;
  /** Shows the gallery a picture of one face. */
  see(vector: Float32Array, snapshotId?: string, over?: Parameters<typeof face>[1]): Promise<MatchedFace | undefined>;
  apply(operation: Operation, by?: Actor): Promise<AuditEntry>;
  undo(entryId?: string | null, by?: Actor): Promise<AuditEntry>;
  names(): Promise<string[]>;
  called(name: string): Promise<Person>;
  /** Read from the database itself. */
  contents(): Promise<Contents>;
  sighting(snapshotId: string): Promise<SnapshotSightings | null>;
  withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T>;
}

/** The reader who says things in tests. */
export const reader = { id: 'slack:U1', where: 'slack:C9' };

/** Describes a part of the gallery on every database, or on those given. */
export function describeGallery(what: string, describeTests: (rig: GalleryRig) => void, backends = galleryBackends): void {
  for (const backend of backends) describeWith(backend.needs, `${what} on ${backend.name}`, () => describeTests(createRig(backend)));
}

/** The same for what people do with the gallery: on one database of each kind. That both ways of running MongoDB commit alike, other suites prove. */
export const describeOperations = (what: string, describeTests: (rig: GalleryRig) => void): void =>
  describeGallery(what, describeTests, oneOfEachBackend);

function createRig(backend: GalleryBackend): GalleryRig {
  let server: Service;
  let storage: StorageConfig;
  let opened: OpenedGallery[] = [];
  beforeAll(async () => {
    server = await backend.start();
    storage = backend.storage(server.url);
  });
  afterAll(async () => {
    await emptyGallery(storage);
    await server.stop();
  });
  beforeEach(async () => {
    opened = [await startGallery(storage)];
  });
  afterEach(async () => {
    await Promise.all(opened.map(async ({ gallery }) => gallery.close()));
    await clearGallery(storage);
  });
  const first = (): OpenedGallery => {
    const [one] = opened;
    if (!one) throw new Error('no gallery is open outside of a test');
    return one;
  };

  const rig: GalleryRig = {
    backend,
    get storage() {
      return storage;
    },
    get opened() {
      return first();
    },
    start: async (options) => {
      const another = await startGallery(storage, options);
      opened.push(another);
      return another;
    },
    seeAll: async (vectors, info) =>
      first().gallery.recognise(
        snapshotInfo(info),
        vectors.map((vector) => face(vector)),
        never,
      ),
    see: async (vector, snapshotId, over) => {
      const info = snapshotInfo(snapshotId === undefined ? {} : { snapshotId });
      return (await first().gallery.recognise(info, [face(vector, over)], never))[0];
    },
    apply: async (operation, by = reader) => first().operations.apply(operation, by, never),
    undo: async (entryId = null, by = reader) => first().operations.undo(entryId, by, never),
    names: async () => (await first().gallery.people(never)).map(({ name }) => name),
    called: async (name) => {
      const person = (await first().gallery.people(never)).find((each) => each.name === name);
      if (!person) throw new Error(`nobody is called ${name}`);
      return person;
    },
    contents: async () => rig.withDatabase(readContents),
    sighting: async (snapshotId) => rig.withDatabase(async ({ sightings }) => sightings.find(snapshotId, never)),
    withDatabase: async (use) => {
      const database = await openDatabase(storage, { log: createLogger('test', 'silent') }, never);
      try {
        return await use(database);
      } finally {
        await database.close();
      }
    },
  };
  return rig;
}

async function readContents({ store }: Database): Promise<Contents> {
  const all: Contents = { persons: [], faces: [], pairs: [] };
  await store.changes(
    0,
    { embeddings: true },
    (batch) => {
      all.persons.push(...batch.persons);
      all.faces.push(...batch.faces);
      all.pairs.push(...batch.pairs);
    },
    never,
  );
  return all;
}
