import { z } from 'zod';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { ArchiveCounts, ArchiveLine, LineOf, StoredKind } from '../../archive/archive-lines.ts';
import { type ArchiveBatch, type ArchiveStore, headAfter } from '../../archive/archive-store.ts';
import { galleryFormat } from '../../domain.ts';
import { archiveTables } from './archive-tables.ts';
import type { Postgres, Query } from './connect.ts';
import { newerDatabase } from './head.ts';

const pageSize = 500;
const deletePage = 20_000;

/**
 * A restore is one transaction of minutes, during which the file is read and others only read: they fail fast meanwhile. If its process
 * is stopped, the server ends it after the idle time.
 */
const restoreSettings =
  "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '10min'; SET LOCAL idle_in_transaction_session_timeout = '30s'";
/** In the order in which a commit and the record of a sighting take them, so that neither is in a deadlock with a restore. */
const lockAll = `LOCK TABLE watchpost.persons, watchpost.faces, watchpost.face_crops, watchpost.pairs, watchpost.sightings,
  watchpost.sighted_faces, watchpost.sighting_crops, watchpost.last_seen, watchpost.audit IN EXCLUSIVE MODE`;

const stateRow = z.object({ format: z.number(), version: z.coerce.number(), next_number: z.coerce.number() });
const countRow = z.object({ count: z.coerce.number() });
const keyRow = z.object({ page_key: z.string() });

/** Export and restore on PostgreSQL; a restore is one transaction. */
export function createPostgresArchive({ query, transaction }: Postgres): ArchiveStore {
  async function* read<K extends ArchiveLine['kind']>(kind: K & StoredKind, signal: AbortSignal): AsyncGenerator<LineOf<K>[]> {
    const isOfKind = (line: ArchiveLine): line is LineOf<K> => line.kind === kind;
    const { table, key, columns, line, live } = archiveTables[kind];
    const text = `SELECT ${key} AS page_key, ${columns} FROM ${table} t WHERE ${live} AND ${key} > $1 ORDER BY ${key} LIMIT ${pageSize}`;
    for (let after = ''; ;) {
      const { rows } = await query(text, [after], signal);
      yield rows.flatMap((row) => line(row) ?? []).filter(isOfKind);
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = keyRow.parse(last).page_key;
    }
  }

  return {
    read,
    crops: async (faceIds, signal) => {
      const { table, columns, line } = archiveTables.crop;
      const { rows } = await query(`SELECT ${columns} FROM ${table} WHERE face_id = ANY($1)`, [faceIds], signal);
      return rows.flatMap((row) => line(row) ?? []).flatMap((each) => (each.kind === 'crop' ? [each] : []));
    },
    counts: async (signal) => {
      const count = async (kind: StoredKind): Promise<number> =>
        countRow.parse((await query(`SELECT count(*) AS count FROM ${archiveTables[kind].table}`, [], signal)).rows[0]).count;
      const counts: ArchiveCounts = {
        person: await count('person'),
        face: await count('face'),
        pair: await count('pair'),
        crop: await count('crop'),
        sighting: await count('sighting'),
        'last-seen': await count('last-seen'),
        audit: await count('audit'),
      };
      return counts;
    },
    replaceAll: (file, batches, signal) =>
      transaction(async (query) => {
        await query(restoreSettings);
        await query(lockAll);
        // From now on nobody else can commit.
        const state = await query('SELECT format, version, next_number FROM watchpost.gallery FOR UPDATE');
        const { format, version, next_number: nextNumber } = stateRow.parse(state.rows[0]);
        if (format > galleryFormat) throw newerDatabase();
        const head = headAfter({ version, nextNumber }, file);
        for (const { table } of Object.values(archiveTables)) await emptyTable(query, table, signal);
        for await (const batch of batches) {
          throwIfAborted(signal);
          await writeBatch(query, batch, head.version);
        }
        await query(
          `UPDATE watchpost.gallery SET version = $1, next_number = $2, format = $3, epoch = gen_random_uuid()::text, recent = '[]'`,
          [head.version, head.nextNumber, galleryFormat],
        );
        await query('UPDATE watchpost.upkeep SET compared_up_to = 0');
        throwIfAborted(signal);
      }, signal),
  };
}

/** In pieces, each well within the statement timeout. DELETE, unlike TRUNCATE, fires the triggers that notify. */
async function emptyTable(query: Query, table: string, signal: AbortSignal): Promise<void> {
  for (let deleted = deletePage; deleted === deletePage;) {
    throwIfAborted(signal);
    const { rowCount } = await query(`DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} LIMIT ${deletePage}))`);
    deleted = rowCount;
  }
}

async function writeBatch(query: Query, { kind, lines }: ArchiveBatch, version: number): Promise<void> {
  if (kind === 'removed') {
    for (const line of lines) {
      if (line.kind === 'removed') await query(`DELETE FROM ${archiveTables[line.of].table} WHERE id = $1`, [line.id]);
    }
    return;
  }
  const { table, key, insert } = archiveTables[kind];
  // Deleted first, not updated: an update would look like an edit by hand.
  await query(`DELETE FROM ${table} WHERE ${key} = ANY($1)`, [lines.map(({ id }) => id)]);
  await query(insert, [JSON.stringify(lines), version]);
}
