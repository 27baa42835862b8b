import type { Db } from 'mongodb';
import { z } from 'zod';
import type { AuditEntry } from '../../domain.ts';
import { inSteps } from '../../memory/concurrency.ts';
import type { AuditStore } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, toAudit } from './documents.ts';

const concernedSchema = z
  .object({ _id: z.string(), action: z.string(), version: z.number(), personIds: z.array(z.string()) })
  .transform(({ _id, ...change }) => ({ id: _id, ...change }));

/** The audit, a document for each entry. */
export function createMongoAudit(db: Db): AuditStore {
  const { audit } = galleryCollections(db);
  return {
    newest: (limit, { actor, below, persons }, signal) =>
      guardMongo(async () => {
        // To MongoDB, zero is no limit.
        if (limit === 0) return [];
        const which = {
          ...(actor !== undefined && { 'actor.id': actor }),
          ...(below !== undefined && { version: { $lt: below } }),
          ...(persons !== undefined && { personIds: { $in: [...persons] } }),
        };
        const found = await audit.find(which, { signal }).sort({ version: -1 }).limit(limit).toArray();
        const entries: AuditEntry[] = [];
        // An entry may hold the inverse of a change of a hundred persons.
        await inSteps(found, (document) => {
          const entry = toAudit(document);
          if (entry) entries.push(entry);
        });
        return entries;
      }, signal),
    concerned: (after, limit, signal) =>
      guardMongo(async () => {
        const which = { version: { $gt: after } };
        const found = await audit
          .find(which, { signal, projection: { action: 1, version: 1, personIds: 1 } })
          .sort({ version: 1 })
          .limit(limit)
          .toArray();
        return found.flatMap((document) => concernedSchema.safeParse(document).data ?? []);
      }, signal),
    find: (idStart, signal) =>
      guardMongo(async () => {
        const which = { _id: { $gte: idStart, $lt: `${idStart}\u{10FFFF}` }, placeholder: null };
        const found = await audit.find(which, { signal }).limit(2).toArray();
        return found.flatMap((document) => toAudit(document) ?? []);
      }, signal),
  };
}
