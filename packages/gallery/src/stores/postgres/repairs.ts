import { z } from 'zod';
import { batchFaces, type Fault, type Repairs } from '../../store.ts';
import type { Postgres } from './connect.ts';
import { faceColumns, pairColumns, personColumns, readFace, readPair, readPerson } from './rows.ts';

const idSchema = z.object({ id: z.string() });
const pageRows = 1_000;

/** A repair is an edit by hand like any other: the triggers mark the row, and the next process to see it adopts it. */
export function createPostgresRepairs({ query }: Postgres): Repairs {
  async function* livePages(table: string, columns: string, size: number, signal: AbortSignal): AsyncGenerator<unknown[]> {
    for (let after: string | undefined = ''; after !== undefined;) {
      const text = `SELECT ${columns} FROM watchpost.${table} WHERE NOT deleted AND id > $1 ORDER BY id LIMIT ${size}`;
      const { rows } = await query(text, [after], signal);
      yield rows;
      after = rows.length < size ? undefined : idSchema.parse(rows.at(-1)).id;
    }
  }

  const repairPerson = async (id: string, signal: AbortSignal): Promise<void> => {
    const { rows } = await query(`SELECT ${personColumns} FROM watchpost.persons WHERE id = $1`, [id], signal);
    if (rows.length === 0) return;
    const { name, number, aliases, formerNumbers } = readPerson(rows[0]).value;
    await query(
      'UPDATE watchpost.persons SET name = $2, number = $3, aliases = $4, former_numbers = $5 WHERE id = $1',
      [id, name, number, aliases, formerNumbers],
      signal,
    );
  };

  const repairFace = async (id: string, signal: AbortSignal): Promise<void> => {
    const { rows } = await query(`SELECT ${faceColumns({ embeddings: true })} FROM watchpost.faces WHERE id = $1`, [id], signal);
    if (rows.length === 0 || readFace(rows[0], { embeddings: true }).value) return;
    await query(
      `WITH gone AS (UPDATE watchpost.faces SET deleted = true WHERE id = $1 RETURNING id)
       DELETE FROM watchpost.face_crops USING gone WHERE face_id = gone.id`,
      [id],
      signal,
    );
  };

  return {
    faults: async (signal) => {
      const found: Fault[] = [];
      for await (const rows of livePages('persons', personColumns, pageRows, signal))
        found.push(...rows.flatMap((row) => readPerson(row).faults));
      for await (const rows of livePages('pairs', pairColumns, pageRows, signal))
        found.push(...rows.flatMap((row) => readPair(row).faults));
      for await (const rows of livePages('faces', faceColumns({ embeddings: true }), batchFaces, signal))
        found.push(...rows.flatMap((row) => readFace(row, { embeddings: true }).faults));
      return found;
    },
    repair: async (faults, signal) => {
      for (const { kind, id } of faults) {
        if (kind === 'person') await repairPerson(id, signal);
        if (kind === 'face') await repairFace(id, signal);
        if (kind === 'pair') await query('DELETE FROM watchpost.pairs WHERE id = $1 AND cardinality(person_ids) <> 2', [id], signal);
      }
    },
  };
}
