import type { StorageConfig } from '@watchpost/shared/config/common';
import { withMongo, withPostgres } from './gallery-backends.ts';

/** As though all that is deleted had been deleted while the database's clock was ahead by so much. Milliseconds. */
export async function deletedLater(storage: StorageConfig, aheadMs: number): Promise<void> {
  for (const kind of ['persons', 'faces', 'pairs']) {
    if (storage.MONGO_CONNECTION_STRING)
      await withMongo(storage, async (client) => {
        const later = [{ $set: { deletedAt: { $add: ['$deletedAt', aheadMs] } } }];
        await client.db().collection(kind).updateMany({ deleted: true }, later);
      });
    else
      await withPostgres(storage, async (client) => {
        await client.query(`UPDATE watchpost.${kind} SET deleted_at = deleted_at + $1 * interval '1 millisecond' WHERE deleted`, [aheadMs]);
      });
  }
}
