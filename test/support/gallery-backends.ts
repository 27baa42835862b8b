import { randomUUID } from 'node:crypto';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { ProbeFace, SnapshotInfo } from '@watchpost/gallery/gallery';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { mongoReplicaSet, mongoStandalone, postgres, type Service, type ServiceName } from './services.ts';

/** A database that the gallery runs on. */
export interface GalleryBackend {
  name: string;
  needs: ServiceName[];
  start(options?: { own?: boolean }): Promise<Service>;
  /** The configuration of a gallery on the server. MongoDB has one for each call, PostgreSQL one for each server. */
  storage(url: string): StorageConfig;
  /** What an operator does by hand: gives whoever has the name another one. */
  renameByHand(storage: StorageConfig, from: string, to: string): Promise<void>;
  /** What an operator does by hand: removes a person's row or document. */
  removeByHand(storage: StorageConfig, name: string): Promise<void>;
}

const mongo = (name: string, start: GalleryBackend['start']): GalleryBackend => ({
  name,
  needs: ['mongo'],
  start,
  storage: (url) => {
    const own = new URL(url);
    own.pathname = `${own.pathname}_${randomUUID().slice(0, 8)}`;
    return { MONGO_CONNECTION_STRING: own.href };
  },
  renameByHand: async (storage, from, to) =>
    withMongo(storage, async (client) => {
      const { matchedCount } = await client
        .db()
        .collection('persons')
        .updateOne({ name: from }, { $set: { name: to } });
      if (matchedCount !== 1) throw new Error(`nobody is called ${from}`);
    }),
  removeByHand: async (storage, name) =>
    withMongo(storage, async (client) => void (await client.db().collection('persons').deleteOne({ name }))),
});

export const galleryBackends: GalleryBackend[] = [
  mongo('MongoDB, replica set of one', async (options) => mongoReplicaSet(options)),
  mongo('MongoDB, standalone', async (options) => mongoStandalone(options)),
  {
    name: 'PostgreSQL',
    needs: ['postgres'],
    start: async (options) => postgres(options),
    storage: (url) => ({ POSTGRES_URL: url }),
    renameByHand: async (storage, from, to) =>
      withPostgres(storage, async (client) => {
        const { rowCount } = await client.query('UPDATE watchpost.persons SET name = $2 WHERE name = $1', [from, to]);
        if (rowCount !== 1) throw new Error(`nobody is called ${from}`);
      }),
    removeByHand: async (storage, name) =>
      withPostgres(storage, async (client) => void (await client.query('DELETE FROM watchpost.persons WHERE name = $1', [name]))),
  },
];

/**
 * One of each kind of database, for what stands on the gallery's ports: the contract suites hold both ways of running MongoDB to the
 * same.
 */
export const oneOfEachBackend: GalleryBackend[] = galleryBackends.filter(({ name }) => name !== 'MongoDB, standalone');

/**
 * Removes everything, for the next test with the same storage. MongoDB keeps the empty collections and their indexes: making them for each
 * test takes most of the time of a short one.
 */
export async function clearGallery(storage: StorageConfig): Promise<void> {
  if (!storage.MONGO_CONNECTION_STRING) return emptyGallery(storage);
  await withMongo(storage, async (client) => {
    const own = (await client.db().collections()).filter(({ collectionName }) => !collectionName.startsWith('system.'));
    await Promise.all(own.map(async (collection) => collection.deleteMany({})));
  });
}

/** Removes everything, the tables and collections too. */
export async function emptyGallery(storage: StorageConfig): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING) await withMongo(storage, async (client) => void (await client.db().dropDatabase()));
  else await withPostgres(storage, async (client) => void (await client.query('DROP SCHEMA IF EXISTS watchpost CASCADE')));
}

export async function withMongo(storage: StorageConfig, use: (client: MongoClient) => Promise<void>): Promise<void> {
  const client = new MongoClient(storage.MONGO_CONNECTION_STRING ?? '');
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

export async function withPostgres(storage: StorageConfig, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: storage.POSTGRES_URL });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

/** A stream of random numbers in 0..1 that is the same every time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** The face of a stranger: in 1024 dimensions two of them have a cosine near 0. */
export function strangerVector(seed: number): Float32Array {
  const random = randomFrom(seed);
  return unit(Float32Array.from({ length: 1_024 }, () => normal(random)));
}

/** Another picture of the same face: a vector with exactly this cosine to the first. */
export function alikeVector(vector: Float32Array, cosine: number, seed: number): Float32Array {
  const other = strangerVector(seed);
  const along = other.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0);
  const across = unit(other.map((value, index) => value - along * (vector[index] ?? 0)));
  const rest = Math.sqrt(1 - cosine * cosine);
  return vector.map((value, index) => cosine * value + rest * (across[index] ?? 0));
}

export function face(embedding: Float32Array, over: Partial<ProbeFace> = {}): ProbeFace {
  return { box: { x: 10, y: 10, width: 100, height: 100 }, embedding, modelId: 'test-model', quality: 0.8, sizePx: 100, ...over };
}

export function snapshotInfo(over: Partial<SnapshotInfo> = {}): SnapshotInfo {
  return { snapshotId: `test-${randomUUID()}`, channel: 'slack:C1', camera: 'Door', takenAtMs: 1_700_000_000_000, ...over };
}
