import { z } from 'zod';
import { throwIfAborted } from '@watchpost/shared/wait';
import { auditEntrySchema, inverseFromJson, type AuditEntry } from '../../domain.ts';
import type { AuditStore } from '../../store.ts';
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
    inverse: inverseFromJson(inverse),
  }));

const idSchema = z.object({ id: z.string() });

/** How long an erased tombstone is kept, so that a process that was disconnected still learns of the deletion. */
const tombstone = "interval '7 days'";

export function createPostgresAudit({ query, transaction }: Postgres): AuditStore {
  const eraseDeleted = (beforeMs: number): Promise<number> =>
    transaction(async (query) => {
      const before = [new Date(beforeMs)];
      const gone = 'deleted AND NOT erased AND deleted_at < $1';
      const persons = await query(
        `UPDATE watchpost.persons SET name = '(erased)', aliases = '{}', erased = true WHERE ${gone} RETURNING id`,
        before,
      );
      const ids = persons.rows.map((row) => idSchema.parse(row).id);
      if (ids.length > 0) {
        await query(
          'UPDATE watchpost.sighted_faces SET person_id = NULL, face_id = NULL, similarity = NULL, embedding = NULL WHERE person_id = ANY($1)',
          [ids],
        );
        await query('DELETE FROM watchpost.last_seen WHERE person_id = ANY($1)', [ids]);
        await query("UPDATE watchpost.audit SET summary = '(erased)', inverse = NULL WHERE person_ids && $1", [ids]);
      }
      const faces = await query(`UPDATE watchpost.faces SET embedding = NULL, erased = true WHERE ${gone} RETURNING id`, before);
      await query('DELETE FROM watchpost.face_crops WHERE face_id = ANY($1)', [faces.rows.map((row) => idSchema.parse(row).id)]);
      // On MongoDB a TTL index does this.
      for (const table of ['persons', 'faces']) {
        await query(`DELETE FROM watchpost.${table} WHERE erased AND deleted_at < now() - ${tombstone}`);
      }
      for (const table of ['sightings', 'snapshots']) await query(`DELETE FROM watchpost.${table} WHERE expires_at < now()`);
      return ids.length + faces.rows.length;
    });

  return {
    newest: async (limit, signal) => {
      throwIfAborted(signal);
      const { rows } = await query('SELECT * FROM watchpost.audit ORDER BY version DESC LIMIT $1', [limit]);
      return rows.map((row) => auditSchema.parse(row));
    },
    crop: async (faceId, signal) => {
      throwIfAborted(signal);
      const { rows } = await query('SELECT jpeg FROM watchpost.face_crops WHERE face_id = $1', [faceId]);
      return rows.length === 0 ? null : new Uint8Array(z.object({ jpeg: z.instanceof(Buffer) }).parse(rows[0]).jpeg);
    },
    eraseDeleted: (beforeMs, signal) => {
      throwIfAborted(signal);
      return eraseDeleted(beforeMs);
    },
  };
}
