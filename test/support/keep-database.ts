import { createLogger } from '@watchpost/shared/observability/logger';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { Database } from '@watchpost/gallery/stores/database';
import { randomUUID } from 'node:crypto';
import { never } from './each-store.ts';
import { snapshotJob } from './factories.ts';
import { audit, changeset, newFace, newPerson, snapshot } from './gallery-samples.ts';

export const openIt = async (storage: StorageConfig): Promise<Database> =>
  openDatabase(storage, { log: createLogger('test', 'silent') }, never);

const year = 365 * 86_400_000;

/** One of everything that a database keeps. */
export async function fillDatabase({ store, sightings: seen, records, documents }: Database, word = ''): Promise<void> {
  const change = changeset({
    persons: [newPerson('p1')],
    faces: [newFace('f1', 'p1', new Uint8Array([255, 216, 1]))],
    audit: audit(),
  });
  await store.commit(await store.head(never), change, randomUUID(), never);
  await seen.record(snapshot({ snapshotId: 's1' }), [{ position: 0, jpeg: new Uint8Array([255, 216, 3]) }], never);
  for (const id of ['s1', 's2']) {
    const record = await records.open(snapshotJob({ snapshotId: id }), never);
    await records.save(
      { ...record, state: 'posted', outcome: 'faces', outcomeAtMs: 1_700_000_000_000, fingerprint: new Uint8Array([1, 2]) },
      never,
    );
  }
  const atMs = Date.now();
  const rest = { revision: 0, keys: ['person:p1', 'camera:slack:C1 Tür'], expiresAtMs: atMs + year };
  const first = await documents.put({ ...rest, kind: 'visit', id: 'v1', atMs, body: { faces: [`${word}one`] } }, never);
  await documents.put({ ...first, body: first.body }, never);
  const second = await documents.put({ ...rest, kind: 'visit', id: 'v2', atMs: atMs + 1, body: {} }, never);
  await documents.put({ ...second, body: { faces: [`${word}two`] } }, never);
  await documents.put(
    { kind: 'rules', id: 'rules', revision: 0, atMs, keys: [], expiresAtMs: null, body: { 'a.b': 'Zoë \0 "', z: [1, 0.1] } },
    never,
  );
  await documents.put({ kind: 'quote', id: 'gone', revision: 0, atMs, keys: [], expiresAtMs: 1, body: {} }, never);
  await documents.put({ kind: 'lease', id: 'task', revision: 0, atMs, keys: [], expiresAtMs: null, body: {} }, never);
}

export const recordsOf = async ({ records }: Database): Promise<unknown[]> =>
  Promise.all(['s1', 's2'].map(async (id) => records.get(id, never)));
