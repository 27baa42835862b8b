import { z } from 'zod';
import { auditEntrySchema, type AuditEntry } from '../../domain.ts';
import { inSteps } from '../../memory/concurrency.ts';
import type { AuditStore } from '../../store.ts';
import { readInverse } from '../read-inverse.ts';
import type { Postgres } from './connect.ts';

const auditSchema = auditEntrySchema
  .omit({ atMs: true, personIds: true })
  .extend({
    actor: z.string(),
    place: z.string().nullable(),
    at: z.date(),
    person_ids: z.array(z.string()),
    inverse: z.string().nullable(),
    version: z.coerce.number(),
  })
  .transform(({ at, person_ids, inverse, actor, place, ...rest }): AuditEntry => ({
    ...rest,
    actor: place === null ? { id: actor } : { id: actor, where: place },
    atMs: at.getTime(),
    personIds: person_ids,
    inverse: readInverse(inverse),
  }));

const concernedSchema = z
  .object({ id: z.string(), action: z.string(), version: z.coerce.number(), person_ids: z.array(z.string()) })
  .transform(({ person_ids, ...change }) => ({ ...change, personIds: person_ids }));

/** The audit, a row for each entry. */
export function createPostgresAudit({ query }: Postgres): AuditStore {
  return {
    newest: async (limit, { actor, below = Number.MAX_SAFE_INTEGER, persons }, signal) => {
      const more = [...(actor === undefined ? [] : [actor]), ...(persons === undefined ? [] : [persons])];
      const which = [
        ...(actor === undefined ? [] : ['AND actor = $3']),
        ...(persons === undefined ? [] : [`AND person_ids && $${more.length + 2}::text[]`]),
      ].join(' ');
      const { rows } = await query(
        `SELECT * FROM watchpost.audit WHERE version < $2 ${which} ORDER BY version DESC LIMIT $1`,
        [limit, below, ...more],
        signal,
      );
      const entries: AuditEntry[] = [];
      // An entry may hold the inverse of a change of a hundred persons.
      await inSteps(rows, (row) => entries.push(auditSchema.parse(row)));
      return entries;
    },
    concerned: async (after, limit, signal) => {
      const { rows } = await query(
        'SELECT id, action, version, person_ids FROM watchpost.audit WHERE version > $1 ORDER BY version LIMIT $2',
        [after, limit],
        signal,
      );
      return rows.map((row) => concernedSchema.parse(row));
    },
    find: async (idStart, signal) => {
      const pattern = `${idStart.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      const { rows } = await query('SELECT * FROM watchpost.audit WHERE id LIKE $1 ORDER BY id LIMIT 2', [pattern], signal);
      return rows.map((row) => auditSchema.parse(row));
    },
  };
}
