import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import type { StoredFace } from '../../domain.ts';
import { batchFaces, mostEdits, pageIds, type ChangeBatch, type GalleryStore } from '../../store.ts';
import { createPostgresCommit } from './commit.ts';
import type { Postgres } from './connect.ts';
import { readHead } from './head.ts';
import { faceColumns, pairColumns, personColumns, readFace, readPair, readPerson } from './rows.ts';

/** Small pages are read from an index even where the server has no statistics. */
const pageRows = batchFaces;

/** Parsed and applied without a pause. */
const rowsAtOnce = 10;

type Table = 'persons' | 'pairs' | 'faces';

const cropSchema = z.object({ jpeg: z.instanceof(Buffer) });
const idSchema = z.object({ id: z.string() });
const placeSchema = z.object({ id: z.string(), version: z.coerce.string() });

/** The gallery on PostgreSQL. Each method is one statement, or some that read; nothing is locked between two of them. */
export function createPostgresGalleryStore(postgres: Postgres): GalleryStore {
  const { query } = postgres;

  /** All rows of a table written after `since`, in parts of pages. By (version, id): a row that is written meanwhile comes again, later. */
  async function* pagesOf(table: Table, columns: string, since: number, signal: AbortSignal): AsyncGenerator<unknown[]> {
    const [which, order] =
      since === 0 ? ['NOT deleted AND $1::bigint >= 0 AND id > $2', 'id'] : ['(version, id) > ($1::bigint, $2)', 'version, id'];
    const text = `SELECT ${columns} FROM watchpost.${table} WHERE ${which} ORDER BY ${order} LIMIT ${pageRows}`;
    // Of version `since` nothing is wanted, and every id is smaller than that of the next version.
    let after = since === 0 ? { version: '0', id: '' } : { version: String(since + 1), id: '' };
    for (;;) {
      const { rows } = await query(text, [after.version, after.id], signal);
      for (let from = 0; from < rows.length; from += rowsAtOnce) {
        // The driver has parsed the answer just now.
        await breathe();
        yield rows.slice(from, from + rowsAtOnce);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageRows) return;
      after = placeSchema.parse(last);
    }
  }

  const changes: GalleryStore['changes'] = async (since, { embeddings }, visit, signal) => {
    const upTo = await readHead(postgres, signal);
    const nothing: ChangeBatch = { persons: [], faces: [], pairs: [], faults: [] };
    for await (const rows of pagesOf('persons', personColumns, since, signal)) {
      const read = rows.map((row) => readPerson(row));
      visit({ ...nothing, persons: read.map(({ value }) => value), faults: read.flatMap(({ faults }) => faults) });
    }
    for await (const rows of pagesOf('pairs', pairColumns, since, signal)) {
      const read = rows.map((row) => readPair(row));
      visit({ ...nothing, pairs: read.flatMap(({ value }) => value ?? []), faults: read.flatMap(({ faults }) => faults) });
    }
    for await (const rows of pagesOf('faces', faceColumns({ embeddings }), since, signal)) {
      const read = rows.map((row) => readFace(row, { embeddings }));
      visit({ ...nothing, faces: read.flatMap(({ value }) => value ?? []), faults: read.flatMap(({ faults }) => faults) });
    }
    return upTo;
  };

  const facesOf: GalleryStore['faces'] = async (which, options, signal) => {
    const [column, wanted] = 'ids' in which ? ['id', which.ids] : ['person_id', which.personIds];
    const text = `SELECT ${faceColumns(options)} FROM watchpost.faces WHERE ${column} = ANY($1) AND NOT deleted`;
    const { rows } = await query(text, [wanted], signal);
    return rows.flatMap((row): StoredFace[] => {
      const { value } = readFace(row, options);
      return value ? [value] : [];
    });
  };

  const ids: GalleryStore['ids'] = async (kind, visit, signal) => {
    const text = `SELECT id FROM watchpost.${kind}s WHERE NOT deleted AND id > $1 ORDER BY id LIMIT ${pageIds}`;
    for (let after: string | undefined = ''; after !== undefined;) {
      const { rows } = await query(text, [after], signal);
      const page = rows.map((row) => idSchema.parse(row).id);
      visit(page);
      after = page.length < pageIds ? undefined : page.at(-1);
    }
  };

  return {
    head: (signal) => readHead(postgres, signal),
    changes,
    commit: createPostgresCommit(postgres),
    crop: async (faceId, signal) => {
      const { rows } = await query('SELECT jpeg FROM watchpost.face_crops WHERE face_id = $1', [faceId], signal);
      return rows.length === 0 ? null : new Uint8Array(cropSchema.parse(rows[0]).jpeg);
    },
    faces: facesOf,
    edits: async (signal) => {
      const persons = await query(`SELECT ${personColumns} FROM watchpost.persons WHERE edited ORDER BY id LIMIT ${mostEdits}`, [], signal);
      const faces = await query(`SELECT id FROM watchpost.faces WHERE edited ORDER BY id LIMIT ${mostEdits}`, [], signal);
      return { persons: persons.rows.map((row) => readPerson(row).value), faceIds: faces.rows.map((row) => idSchema.parse(row).id) };
    },
    ids,
    // The feed reports every removal by hand, and a feed that was down is followed by a census.
    sizeHint: async () => 0,
  };
}
