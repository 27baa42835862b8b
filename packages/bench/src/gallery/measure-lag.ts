import { randomUUID } from 'node:crypto';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { PersonChange } from '@watchpost/gallery/domain';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { percentile, rounded } from '../report/statistics.ts';
import { startProcesses } from './children.ts';
import { newPerson } from './fill.ts';

export interface Lag {
  workers: number;
  changes: number;
  /** From before the write until it is in a worker's memory, over all workers. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Writes a name into the database like an operator. */
type EditByHand = (personId: string, name: string) => Promise<void>;

/** How long until every worker knows of changes made by a process, and of edits made by hand in the database. */
export async function measureLag(
  storage: StorageConfig,
  { workers, changes }: { workers: number; changes: number },
  signal: AbortSignal,
): Promise<{ committed: Lag; byHand: Lag }> {
  const log = createLogger('bench', 'fatal');
  const database = await openDatabase(storage, { log }, signal);
  const editor = await openEditor(storage);
  const processes = await startProcesses(workers, storage);
  const personId = randomUUID();
  const measure = async (write: (name: string) => Promise<void>): Promise<Lag> => {
    const times: number[] = [];
    for (let change = 0; change < changes; change += 1) {
      const name = `Bench ${randomUUID()}`;
      const replies = Promise.all(processes.map((each) => each.ask({ kind: 'await-name', name })));
      const startMs = Date.now();
      await write(name);
      for (const reply of await replies) if (reply.kind === 'name-known') times.push(Math.max(0, reply.atMs - startMs));
    }
    const at = (rank: number): number => rounded(percentile(times, rank));
    return { workers, changes, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  };
  const commit = async (name: string): Promise<void> => {
    for (;;) {
      const head = await database.store.head(signal);
      const change: PersonChange = created
        ? { id: personId, isNew: false, set: { name } }
        : { id: personId, isNew: true, set: { ...newPerson(head.nowMs), name } };
      const next = await database.store.commit(head, { persons: [change], faces: [], pairs: [] }, randomUUID(), signal);
      // An edit by hand that no process has adopted yet.
      if (next === 'edited') await pause(5, signal);
      if (typeof next === 'string') continue;
      created = true;
      return;
    }
  };
  let created = false;
  try {
    const committed = await measure(commit);
    const byHand = await measure((name) => editor.edit(personId, name));
    return { committed, byHand };
  } finally {
    await Promise.all(processes.map((each) => each.stop()));
    await editor.close();
    await database.close();
  }
}

async function openEditor({
  MONGO_CONNECTION_STRING: url,
  POSTGRES_URL,
}: StorageConfig): Promise<{ edit: EditByHand; close: () => Promise<void> }> {
  if (url) {
    const client = await new MongoClient(url).connect();
    const persons = client.db().collection<{ _id: string; name: string }>('persons');
    return { edit: async (_id, name) => void (await persons.updateOne({ _id }, { $set: { name } })), close: () => client.close() };
  }
  const client = new Client({ connectionString: POSTGRES_URL });
  await client.connect();
  const update = 'UPDATE watchpost.persons SET name = $2 WHERE id = $1';
  return { edit: async (id, name) => void (await client.query(update, [id, name])), close: () => client.end() };
}
