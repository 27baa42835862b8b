import { z } from 'zod';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { documentConflict, mostExpired, mostOld } from '../documents.ts';
import type { Postgres } from './connect.ts';

const columns = 'd.kind, d.id, d.revision, d.at, d.keys, d.expires_at, d.body';

const rowSchema = z
  .object({
    kind: z.string(),
    id: z.string(),
    revision: z.coerce.number(),
    at: z.date(),
    keys: z.array(z.string()),
    expires_at: z.date().nullable(),
    body: z.unknown(),
  })
  .transform(({ at, expires_at, ...row }): StoredDocument => ({
    ...row,
    atMs: at.getTime(),
    expiresAtMs: expires_at && expires_at.getTime(),
  }));

const foundSchema = z.object({ now_ms: z.coerce.number(), revision: z.string().nullable() });

const insert = `INSERT INTO watchpost.documents (kind, id, revision, at, keys, expires_at, body)
    VALUES ($1, $2, $3 + 1, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING 1`;
const update = `UPDATE watchpost.documents SET revision = $3 + 1, at = $4, keys = $5, expires_at = $6, body = $7
    WHERE kind = $1 AND id = $2 AND revision = $3 RETURNING 1`;
/** The keys follow in the same statement; those that stay are updated, because a row cannot be removed and added in one. */
const withKeys = (written: string): string => `WITH written AS (${written}),
  gone AS (DELETE FROM watchpost.document_keys WHERE kind = $1 AND id = $2 AND key <> ALL($5) AND EXISTS (SELECT FROM written)),
  keyed AS (
    INSERT INTO watchpost.document_keys (kind, id, key, at) SELECT DISTINCT $1, $2, key, $4::timestamptz FROM written, unnest($5::text[]) AS l(key)
    ON CONFLICT (kind, id, key) DO UPDATE SET at = excluded.at)
  SELECT FROM written`;

/** In a table, `watchpost.documents`, with their keys in another one: so a key's newest documents come from an index. */
export function createPostgresDocuments({ query }: Postgres): DocumentStore {
  return {
    get: async (kind, id, signal) => {
      const { rows } = await query(
        `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms, ${columns}
         FROM (SELECT) AS always LEFT JOIN watchpost.documents d ON d.kind = $1 AND d.id = $2`,
        [kind, id],
        signal,
      );
      const { now_ms, revision } = foundSchema.parse(rows[0]);
      return { document: revision === null ? null : rowSchema.parse(rows[0]), nowMs: now_ms };
    },
    getAll: async (kind, ids, signal) => {
      const { rows } = await query(`SELECT ${columns} FROM watchpost.documents d WHERE kind = $1 AND id = ANY($2)`, [kind, ids], signal);
      return rows.map((row) => rowSchema.parse(row));
    },
    put: async (document, signal) => {
      const { kind, id, revision, atMs, keys, expiresAtMs, body } = document;
      const { rowCount } = await query(
        withKeys(revision === 0 ? insert : update),
        [kind, id, revision, new Date(atMs), keys, expiresAtMs === null ? null : new Date(expiresAtMs), JSON.stringify(body)],
        signal,
      );
      if (rowCount === 0) throw documentConflict(kind, id);
      return { ...document, revision: revision + 1 };
    },
    remove: async (kind, id, revision, signal) => {
      const { rowCount } = await query(
        'DELETE FROM watchpost.documents WHERE kind = $1 AND id = $2 AND revision = $3',
        [kind, id, revision],
        signal,
      );
      if (rowCount > 0) return;
      const { rows } = await query('SELECT FROM watchpost.documents WHERE kind = $1 AND id = $2', [kind, id], signal);
      if (rows.length > 0) throw documentConflict(kind, id);
    },
    find: async (wanted, signal) => {
      const { rows } = await query(...findQuery(wanted), signal);
      return rows.map((row) => rowSchema.parse(row));
    },
    removeOld: async ({ kind, beforeMs, dated }, signal) => {
      const { rowCount } = await query(
        `DELETE FROM watchpost.documents WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM watchpost.documents WHERE kind = $1 AND at < $2 AND (expires_at IS NOT NULL OR NOT $3)
           ORDER BY at, id LIMIT ${mostOld} FOR UPDATE SKIP LOCKED))`,
        [kind, new Date(beforeMs), dated],
        signal,
      );
      return rowCount;
    },
    expire: async (signal) => {
      const { rowCount } = await query(
        `DELETE FROM watchpost.documents WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM watchpost.documents WHERE expires_at <= now() ORDER BY expires_at LIMIT ${mostExpired} FOR UPDATE SKIP LOCKED))`,
        [],
        signal,
      );
      return rowCount;
    },
  };
}

function findQuery({ kind, key, fromMs, beforeMs, order, limit }: DocumentQuery): [text: string, values: unknown[]] {
  const values: unknown[] = [kind, limit];
  const next = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [
    'kind = $1',
    ...(key === undefined ? [] : [`key = ${next(key)}`]),
    ...(fromMs === undefined ? [] : [`at >= ${next(new Date(fromMs))}`]),
    ...(beforeMs === undefined ? [] : [`at < ${next(new Date(beforeMs))}`]),
  ].join(' AND ');
  const sorted = (of: string): string =>
    `ORDER BY ${of}.at ${order === 'newest' ? 'DESC' : 'ASC'}, ${of}.id ${order === 'newest' ? 'DESC' : 'ASC'}`;
  if (key === undefined) return [`SELECT ${columns} FROM watchpost.documents d WHERE ${conditions} ${sorted('d')} LIMIT $2`, values];
  const found = `SELECT kind, id, at FROM watchpost.document_keys l WHERE ${conditions} ${sorted('l')} LIMIT $2`;
  return [`SELECT ${columns} FROM (${found}) k JOIN watchpost.documents d ON d.kind = k.kind AND d.id = k.id ${sorted('k')}`, values];
}
