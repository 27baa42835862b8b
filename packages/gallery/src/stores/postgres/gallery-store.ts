import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { GalleryStore } from '../../store.ts';
import {
  inverseToJson,
  type AuditEntry,
  type FaceChange,
  type Head,
  type PersonChange,
  type StoredFace,
  type StoredPerson,
} from '../../domain.ts';
import { fromBytea, toBytea, type Postgres, type Query } from './connect.ts';

const batchFaces = 1_000;

/** pg returns bigint as text. Our numbers stay far below 2^53. */
const bigint = z.coerce.number();

const personSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    number: bigint.nullable(),
    aliases: z.array(z.string()),
    ignored: z.boolean(),
    merged_into: z.string().nullable(),
    deleted: z.boolean(),
    created_at: z.date(),
    version: bigint,
  })
  .transform(({ merged_into, created_at, ...rest }): StoredPerson => ({
    ...rest,
    mergedInto: merged_into,
    createdAtMs: created_at.getTime(),
  }));

const faceSchema = z
  .object({
    id: z.string(),
    person_id: z.string(),
    model_id: z.string(),
    role: z.enum(['reference', 'negative']),
    embedding: z.instanceof(Buffer).nullable(),
    quality: z.number(),
    size_px: z.number(),
    snapshot_id: z.string().nullable(),
    created_at: z.date(),
    deleted: z.boolean(),
    version: bigint,
  })
  .transform((row): StoredFace => ({
    id: row.id,
    personId: row.person_id,
    modelId: row.model_id,
    role: row.role,
    embedding: fromBytea(row.embedding),
    quality: row.quality,
    sizePx: row.size_px,
    snapshotId: row.snapshot_id,
    createdAtMs: row.created_at.getTime(),
    deleted: row.deleted,
    version: row.version,
  }));

const headSchema = z.object({ version: bigint, next_number: bigint });
const cropSchema = z.object({ jpeg: z.instanceof(Buffer) });
const idSchema = z.object({ id: z.string() });

const personColumns = 'id, name, number, aliases, ignored, merged_into, deleted, created_at, version';
const faceColumns = 'id, person_id, model_id, role, quality, size_px, snapshot_id, created_at, deleted, version';

/** The gallery on PostgreSQL: a commit is a transaction that first raises the version, which only one writer can. */
export function createPostgresGalleryStore({ query, transaction }: Postgres): GalleryStore {
  const head = async (): Promise<Head> => {
    const { rows } = await query('SELECT version, next_number FROM watchpost.gallery');
    if (rows.length === 0) throw new AppError('gallery-unavailable', 'the state of the gallery is missing');
    const { version, next_number } = headSchema.parse(rows[0]);
    return { version, nextNumber: next_number };
  };

  const changes: GalleryStore['changes'] = async (since, { embeddings }, visit, signal) => {
    throwIfAborted(signal);
    const upTo = await head();
    const which = since === 0 ? 'NOT deleted AND $1::bigint = 0' : 'version > $1::bigint';
    const found = await query(`SELECT ${personColumns} FROM watchpost.persons WHERE ${which}`, [since]);
    visit({ persons: found.rows.map((row) => personSchema.parse(row)), faces: [] });
    const columns = `${faceColumns}, ${embeddings ? 'embedding' : 'NULL::bytea AS embedding'}`;
    for (let after = ''; ;) {
      throwIfAborted(signal);
      const page = await query(`SELECT ${columns} FROM watchpost.faces WHERE ${which} AND id > $2 ORDER BY id LIMIT ${batchFaces}`, [
        since,
        after,
      ]);
      const faces = page.rows.map((row) => faceSchema.parse(row));
      visit({ persons: [], faces });
      const last = faces.at(-1);
      if (!last || faces.length < batchFaces) return upTo;
      after = last.id;
    }
  };

  const commit: GalleryStore['commit'] = async (base, changeset, signal) => {
    throwIfAborted(signal);
    const next: Head = { version: base.version + 1, nextNumber: changeset.nextNumber ?? base.nextNumber };
    return transaction(async (query) => {
      const taken = await query('UPDATE watchpost.gallery SET version = $1, next_number = $2 WHERE version = $3', [
        next.version,
        next.nextNumber,
        base.version,
      ]);
      if (taken.rowCount === 0) return null;
      for (const change of changeset.persons) await writePerson(query, change, next.version);
      for (const change of changeset.faces) await writeFace(query, change, next.version);
      for (const { faceIds, personId } of changeset.moveSightings ?? []) {
        await query('UPDATE watchpost.sighted_faces SET person_id = $1 WHERE face_id = ANY($2)', [personId, faceIds]);
      }
      for (const { snapshotId, position, personId } of changeset.assignments ?? []) {
        await query('UPDATE watchpost.sighted_faces SET person_id = $3 WHERE snapshot_id = $1 AND position = $2', [
          snapshotId,
          position,
          personId,
        ]);
      }
      if (changeset.audit) await writeAudit(query, changeset.audit, next.version);
      return next;
    });
  };

  const inventory: GalleryStore['inventory'] = async (options) => {
    const persons = await query(`SELECT ${personColumns} FROM watchpost.persons WHERE NOT deleted`);
    const ids = options.faces ? await query('SELECT id FROM watchpost.faces WHERE NOT deleted') : null;
    return { persons: persons.rows.map((row) => personSchema.parse(row)), faceIds: ids?.rows.map((row) => idSchema.parse(row).id) ?? null };
  };

  return {
    head: (signal) => {
      throwIfAborted(signal);
      return head();
    },
    changes,
    commit,
    crop: async (faceId, signal) => {
      throwIfAborted(signal);
      const { rows } = await query('SELECT jpeg FROM watchpost.face_crops WHERE face_id = $1', [faceId]);
      return rows.length === 0 ? null : new Uint8Array(cropSchema.parse(rows[0]).jpeg);
    },
    inventory: (options, signal) => {
      throwIfAborted(signal);
      return inventory(options, signal);
    },
  };
}

/** Column and value of each field; adds the date of a deletion. */
function toColumns(set: Record<string, unknown>): [column: string, value: unknown][] {
  return Object.entries(set).flatMap(([field, value]): [string, unknown][] => {
    if (field === 'createdAtMs') return [['created_at', new Date(Number(value))]];
    if (field === 'deleted')
      return [
        ['deleted', value],
        ['deleted_at', value === true ? new Date() : null],
      ];
    return [[field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value instanceof Float32Array ? toBytea(value) : value]];
  });
}

async function write(query: Query, table: string, change: PersonChange | FaceChange, version: number): Promise<void> {
  const columns = [...toColumns({ ...change.set }), ['version', version] as const];
  const values = columns.map(([, value]) => value);
  const names = columns.map(([name]) => name);
  const places = columns.map((_, index) => `$${index + 2}`);
  const text = change.isNew
    ? `INSERT INTO ${table} (id, ${names.join(', ')}) VALUES ($1, ${places.join(', ')})`
    : `UPDATE ${table} SET ${names.map((name, index) => `${name} = $${index + 2}`).join(', ')} WHERE id = $1`;
  await query(text, [change.id, ...values]);
}

async function writePerson(query: Query, change: PersonChange, version: number): Promise<void> {
  await write(query, 'watchpost.persons', change, version);
}

async function writeFace(query: Query, change: FaceChange, version: number): Promise<void> {
  await write(query, 'watchpost.faces', change, version);
  if (!change.isNew || !change.crop) return;
  await query('INSERT INTO watchpost.face_crops (face_id, jpeg) VALUES ($1, $2)', [change.id, Buffer.from(change.crop)]);
}

async function writeAudit(query: Query, entry: AuditEntry, version: number): Promise<void> {
  const { id, action, actor, atMs, personIds, summary, inverse, undone, undoes } = entry;
  await query(
    `INSERT INTO watchpost.audit (id, action, actor, at, person_ids, summary, inverse, undone, undoes, version, place)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, action, actor.id, new Date(atMs), personIds, summary, inverseToJson(inverse), undone, undoes, version, actor.where ?? null],
  );
  if (undoes !== null) await query('UPDATE watchpost.audit SET undone = true WHERE id = $1', [undoes]);
}
