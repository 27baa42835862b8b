import type { StorageConfig } from '@watchpost/shared/config/common';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, galleryBackends, withMongo, withPostgres } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';

const log = createLogger('test', 'silent');
const open = async (storage: StorageConfig) => openDatabase(storage, { log }, new AbortController().signal);

/** What an earlier development version left behind: another index, a table with other columns. */
async function leaveAnOldVersion(storage: StorageConfig): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING) {
    await withMongo(storage, async (client) => {
      await client
        .db()
        .collection('snapshots')
        .createIndex({ takenAt: 1 }, { partialFilterExpression: { signature: { $type: 'binData' } } });
    });
    return;
  }
  await withPostgres(storage, async (client) => {
    await client.query('CREATE SCHEMA watchpost');
    await client.query('CREATE TABLE watchpost.snapshots (snapshot_id text PRIMARY KEY, signature bytea)');
  });
}

for (const backend of galleryBackends) {
  describeWith(backend.needs, `a database of another version on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
    });
    afterAll(async () => {
      await emptyGallery(storage);
      await server.stop();
    });

    it('is refused for good, with a code that says so', async () => {
      await leaveAnOldVersion(storage);
      await expect(open(storage)).rejects.toMatchObject({ code: 'database-incompatible', retry: 'permanent' });
    });
  });
}
