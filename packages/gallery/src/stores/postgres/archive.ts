import { z } from 'zod';
import type { DocumentToPut } from '@watchpost/shared/documents/document-store';
import { newEpoch } from '@watchpost/shared/documents/epoch';
import { throwIfAborted } from '@watchpost/shared/wait';
import { type ArchiveLine, kindsOf, type LineOf, perStoredKind, type StoredKind, storedKinds } from '../../archive/archive-lines.ts';
import {
  type ArchiveBatch,
  type ArchiveReader,
  type ArchiveStore,
  headAfter,
  type Moment,
  type Replacement,
  revisionAfter,
} from '../../archive/archive-store.ts';
import { restoreLogKind } from '../../archive/restore-log.ts';
import { galleryFormat } from '../../domain.ts';
import { archiveTables } from './archive-tables.ts';
import type { Postgres, Query } from './connect.ts';
import { newerDatabase } from './head.ts';

const pageSize = 500;
const deletePage = 20_000;

/** The file is written meanwhile, as fast as its disk is. */
const exportSettings = "SET LOCAL statement_timeout = '10min'; SET LOCAL idle_in_transaction_session_timeout = '10min'";
/**
 * A restore is one transaction of minutes, during which the file is read and others only read: they fail fast meanwhile. If its process
 * is stopped, the server ends it after the idle time.
 */
const restoreSettings =
  "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '10min'; SET LOCAL idle_in_transaction_session_timeout = '30s'";
/** In the order in which a commit and the record of a sighting take them, so that neither is in a deadlock with a restore. */
const lockGallery = `LOCK TABLE watchpost.persons, watchpost.faces, watchpost.face_crops, watchpost.pairs, watchpost.sightings,
  watchpost.sighted_faces, watchpost.sighting_crops, watchpost.last_seen, watchpost.audit IN EXCLUSIVE MODE`;
const lockOthers = 'LOCK TABLE watchpost.snapshots, watchpost.documents, watchpost.document_keys IN EXCLUSIVE MODE';

const stateRow = z.object({ format: z.number(), version: z.coerce.number(), next_number: z.coerce.number() });
const countRow = z.object({ count: z.coerce.number() });
const clockRow = z.object({ now_ms: z.coerce.number() });

/** Export and restore on PostgreSQL; each is one transaction. */
export function createPostgresArchive({ query, transaction }: Postgres): ArchiveStore {
  return {
    snapshot: (use, signal) =>
      transaction(async (query) => {
        await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        await query(exportSettings);
        return use(await createReader(query));
      }, signal),
    counts: async (signal) => {
      const counts = perStoredKind(() => 0);
      for (const kind of storedKinds) {
        const { table, backedUp = 'true' } = archiveTables[kind];
        const told = kind === 'document' ? `kind <> '${restoreLogKind}'` : 'true';
        const { rows } = await query(`SELECT count(*) AS count FROM ${table} t WHERE ${backedUp} AND ${told}`, [], signal);
        counts[kind] = countRow.parse(rows[0]).count;
      }
      return counts;
    },
    nowMs: (signal) => clockOf((text) => query(text, [], signal)),
    // It is one transaction.
    unfinished: async () => null,
    replaceAll: (replacement, batches, signal) =>
      transaction(async (query) => {
        await query(restoreSettings);
        await query(lockGallery);
        if (replacement.scope === 'everything') await query(lockOthers);
        await replace(query, replacement, batches, signal);
        throwIfAborted(signal);
      }, signal),
  };
}

async function createReader(query: Query): Promise<ArchiveReader> {
  const { version, next_number: nextNumber } = await readState(query, '');
  async function* read<K extends ArchiveLine['kind']>(kind: K & StoredKind, signal: AbortSignal): AsyncGenerator<LineOf<K>[]> {
    const isOfKind = (line: ArchiveLine): line is LineOf<K> => line.kind === kind;
    const { table, columns, line, live = 'true', backedUp = 'true' } = archiveTables[kind];
    const cursor = `"archive ${kind}"`;
    await query(`DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${columns} FROM ${table} t WHERE ${live} AND ${backedUp}`);
    for (;;) {
      throwIfAborted(signal);
      const { rows } = await query(`FETCH ${String(pageSize)} FROM ${cursor}`);
      yield rows.flatMap((row) => line(row) ?? []).filter(isOfKind);
      if (rows.length < pageSize) break;
    }
    await query(`CLOSE ${cursor}`);
  }
  return {
    head: { version, nextNumber },
    isOneMoment: true,
    read,
    crops: async (faceIds) => {
      const { table, columns, line } = archiveTables.crop;
      const { rows } = await query(`SELECT ${columns} FROM ${table} WHERE face_id = ANY($1)`, [faceIds]);
      return rows.flatMap((row) => line(row) ?? []).flatMap((each) => (each.kind === 'crop' ? [each] : []));
    },
  };
}

async function readState(query: Query, lock: '' | 'FOR UPDATE'): Promise<z.infer<typeof stateRow>> {
  const { rows } = await query(`SELECT format, version, next_number FROM watchpost.gallery ${lock}`);
  const state = stateRow.parse(rows[0]);
  if (state.format > galleryFormat) throw newerDatabase();
  return state;
}

async function replace(
  query: Query,
  { head: file, scope, check, forgotten, noted }: Replacement,
  batches: AsyncIterable<ArchiveBatch>,
  signal: AbortSignal,
): Promise<void> {
  // From now on nobody else can commit.
  const { version, next_number: nextNumber } = await readState(query, 'FOR UPDATE');
  const head = headAfter({ version, nextNumber }, file);
  await forgotten?.stillHolds();
  const at = { version: head.version, nowMs: await clockOf(query) };
  // What others refer to goes last.
  for (const kind of kindsOf(scope).toReversed()) await emptyTable(query, archiveTables[kind].table, signal);
  for await (const batch of batches) {
    throwIfAborted(signal);
    await writeBatch(query, batch, at);
  }
  // What follows reads all of it; nothing else knows yet how large it is.
  for (const kind of kindsOf(scope)) await query(`ANALYZE ${archiveTables[kind].table}`);
  await check(await createReader(query));
  const nowMs = await clockOf(query);
  const last = forgotten?.last({ version: head.version, nowMs });
  for await (const batch of last?.batches ?? []) await writeBatch(query, batch, at);
  await query(`UPDATE watchpost.gallery SET version = $1, next_number = $2, format = $3, epoch = gen_random_uuid()::text, recent = '[]'`, [
    head.version + (last?.entries ?? 0),
    head.nextNumber,
    galleryFormat,
  ]);
  await query('UPDATE watchpost.upkeep SET compared_up_to = 0');
  await putDocument(query, newEpoch(nowMs, { sinceVersion: head.version }));
  for (const each of noted?.(nowMs) ?? []) await putDocument(query, each);
}

/** Now, and not when the transaction began: milliseconds since 1970. */
async function clockOf(query: Query): Promise<number> {
  const { rows } = await query('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms');
  return clockRow.parse(rows[0]).now_ms;
}

/** A document that is in no file, over whatever is there. An epoch makes every process read the documents again. */
async function putDocument(query: Query, { kind, id, atMs, expiresAtMs, body }: DocumentToPut): Promise<void> {
  await query(
    `INSERT INTO watchpost.documents AS d (kind, id, revision, at, keys, expires_at, body) VALUES ($1, $2, $3, $4, '{}', $6, $5)
     ON CONFLICT (kind, id) DO UPDATE SET revision = d.revision + 1, at = excluded.at, body = excluded.body`,
    [kind, id, revisionAfter(2, atMs), new Date(atMs), JSON.stringify(body), expiresAtMs === null ? null : new Date(expiresAtMs)],
  );
}

/** In pieces, each well within the statement timeout. DELETE, unlike TRUNCATE, fires the triggers that notify. */
async function emptyTable(query: Query, table: string, signal: AbortSignal): Promise<void> {
  for (let deleted = deletePage; deleted === deletePage;) {
    throwIfAborted(signal);
    const { rowCount } = await query(`DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} LIMIT ${String(deletePage)}))`);
    deleted = rowCount;
  }
}

async function writeBatch(query: Query, { kind, lines }: ArchiveBatch, { version, nowMs }: Moment): Promise<void> {
  if (kind === 'removed') {
    for (const line of lines) {
      if (line.kind === 'removed') await query(`DELETE FROM ${archiveTables[line.of].table} WHERE id = $1`, [line.id]);
    }
    return;
  }
  const { table, replacedBy, insert } = archiveTables[kind];
  // Deleted first, not updated: an update would look like an edit by hand.
  if (replacedBy !== undefined) await query(`DELETE FROM ${table} WHERE ${replacedBy} = ANY($1)`, [lines.map(({ id }) => id)]);
  const bodies: string[] = [];
  const rows = lines.map((line) => {
    if (line.kind !== 'document') return line;
    bodies.push(JSON.stringify(line.body));
    return { ...line, body: null, revision: revisionAfter(line.revision, nowMs) };
  });
  await query(insert, [JSON.stringify(rows), version, ...(kind === 'document' ? [bodies] : [])]);
}
