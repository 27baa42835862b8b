import { randomUUID } from 'node:crypto';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { connectMongo } from '@watchpost/gallery/stores/mongo/connect';
import { galleryCollections } from '@watchpost/gallery/stores/mongo/documents';
import { openDatabase } from '@watchpost/gallery/open-gallery';
import { connectPostgres } from '@watchpost/gallery/stores/postgres/connect';
import { createLogger } from '@watchpost/shared/observability/logger';
import { percentile, rounded } from '../report/statistics.ts';
import { startProcesses } from './children.ts';

export interface Lag {
  workers: number;
  changes: number;
  /** From before the write until a worker's memory has it, over all workers. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Writes a name the way an operator does, past us. */
type WriteByHand = (personId: string, name: string) => Promise<void>;

/** Changes made by a process, and by hand in the database, until each of the workers knows. */
export async function measureLag(
  storage: StorageConfig,
  { workers, changes }: { workers: number; changes: number },
  signal: AbortSignal,
): Promise<{ committed: Lag; byHand: Lag }> {
  const log = createLogger('bench', 'fatal');
  const database = await openDatabase(storage, { log }, signal);
  const hand = await openHand(storage, signal);
  const processes = await startProcesses(workers, storage);
  const personId = randomUUID();
  const rest = { number: null, aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: Date.now() };
  const measure = async (write: (name: string) => Promise<void>): Promise<Lag> => {
    const times: number[] = [];
    for (let change = 0; change < changes; change += 1) {
      const name = `Bench ${randomUUID()}`;
      const heard = Promise.all(processes.map((each) => each.ask({ kind: 'hear', name })));
      const startMs = Date.now();
      await write(name);
      for (const answer of await heard) if (answer.kind === 'heard') times.push(Math.max(0, answer.atMs - startMs));
    }
    const at = (rank: number): number => rounded(percentile(times, rank));
    return { workers, changes, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  };
  const commit = async (name: string): Promise<void> => {
    for (;;) {
      const head = await database.store.head(signal);
      const isNew = head.version === 0 || !created;
      const change = isNew
        ? ({ id: personId, isNew: true, set: { name, ...rest } } as const)
        : ({ id: personId, isNew: false, set: { name } } as const);
      created = true;
      if (await database.store.commit(head, { persons: [change], faces: [] }, signal)) return;
    }
  };
  let created = false;
  try {
    const committed = await measure(commit);
    const byHand = await measure((name) => hand.write(personId, name));
    return { committed, byHand };
  } finally {
    await Promise.all(processes.map((each) => each.stop()));
    await hand.close();
    await database.close();
  }
}

async function openHand(storage: StorageConfig, signal: AbortSignal): Promise<{ write: WriteByHand; close: () => Promise<void> }> {
  if (storage.MONGO_CONNECTION_STRING) {
    const { db, close } = await connectMongo(storage.MONGO_CONNECTION_STRING, {}, signal);
    const { persons } = galleryCollections(db);
    return { write: async (_id, name) => void (await persons.updateOne({ _id }, { $set: { name } })), close };
  }
  const { query, close } = await connectPostgres(storage.POSTGRES_URL ?? '', createLogger('bench', 'fatal'), signal);
  return { write: async (id, name) => void (await query('UPDATE watchpost.persons SET name = $2 WHERE id = $1', [id, name])), close };
}
