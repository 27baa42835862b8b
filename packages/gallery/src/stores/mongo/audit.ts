import type { Db } from 'mongodb';
import type { AuditStore } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, toAudit } from './documents.ts';

export function createMongoAudit(db: Db): AuditStore {
  const { audit } = galleryCollections(db);
  return {
    newest: (limit, signal) =>
      guardMongo(async () => {
        const found = await audit.find({}, { signal }).sort({ version: -1 }).limit(limit).toArray();
        return found.flatMap((doc) => toAudit(doc) ?? []);
      }, signal),
  };
}
