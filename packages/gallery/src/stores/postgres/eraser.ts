import { z } from 'zod';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Eraser } from '../../store.ts';
import type { Postgres } from './connect.ts';

const idSchema = z.object({ id: z.string() });

/** How long an erased tombstone is kept, so that a process that was disconnected still learns of the deletion. */
const tombstone = "interval '7 days'";

export function createPostgresEraser({ transaction }: Postgres): Eraser {
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
    eraseDeleted: async (beforeMs, signal) => {
      throwIfAborted(signal);
      return eraseDeleted(beforeMs);
    },
  };
}
