import { Binary, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import {
  auditEntrySchema,
  inverseFromJson,
  inverseToJson,
  sightingChangesSchema,
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type PersonChange,
  type StoredFace,
  type StoredPerson,
} from '../../domain.ts';
import { unknownName } from '../../names.ts';

/** A document of our collections. Ids are our own strings. */
export interface Keyed {
  _id: string;
  [field: string]: unknown;
}

/** The `_id` of the one document in `state`. */
export const stateId = 'gallery';

/** The collections of the gallery. */
export function galleryCollections(db: Db) {
  return {
    /** One document: the head of the sequence of changes, and the change that is being applied. */
    state: db.collection<Keyed>('gallery'),
    persons: db.collection<Keyed>('persons'),
    faces: db.collection<Keyed>('faces'),
    /** Small JPEGs of reference faces, separate so that reading the gallery does not read them. */
    crops: db.collection<Keyed>('face_crops'),
    sightings: db.collection<Keyed>('sightings'),
    lastSeen: db.collection<Keyed>('last_seen'),
    audit: db.collection<Keyed>('audit'),
  };
}
export type GalleryCollections = ReturnType<typeof galleryCollections>;

/** Tolerant, because people edit persons by hand: missing fields have defaults. */
const personSchema = z
  .object({
    _id: z.string(),
    name: z.string().min(1).nullish(),
    number: z.number().nullish(),
    aliases: z.array(z.string()).nullish(),
    ignored: z.boolean().nullish(),
    mergedInto: z.string().nullish(),
    deleted: z.boolean().nullish(),
    createdAt: z.date().nullish(),
    version: z.number().nullish(),
  })
  .transform((doc): StoredPerson => ({
    id: doc._id,
    name: doc.name ?? (doc.number ? unknownName(doc.number) : 'Unnamed'),
    number: doc.number ?? null,
    aliases: doc.aliases ?? [],
    ignored: doc.ignored ?? false,
    mergedInto: doc.mergedInto ?? null,
    deleted: doc.deleted ?? false,
    createdAtMs: doc.createdAt?.getTime() ?? 0,
    version: doc.version ?? 0,
  }));

/** A BSON vector; missing or null: empty. */
export const vectorFromBinary = z
  .instanceof(Binary)
  .nullish()
  .transform((binary) => (binary ? binary.toFloat32Array() : new Float32Array(0)));

const faceSchema = z
  .object({
    _id: z.string(),
    personId: z.string(),
    modelId: z.string(),
    role: z.enum(['reference', 'negative']),
    embedding: vectorFromBinary,
    quality: z.number(),
    sizePx: z.number(),
    snapshotId: z.string().nullish(),
    createdAt: z.date(),
    deleted: z.boolean(),
    version: z.number(),
  })
  .transform(({ _id, createdAt, snapshotId, ...rest }): StoredFace => ({
    ...rest,
    id: _id,
    snapshotId: snapshotId ?? null,
    createdAtMs: createdAt.getTime(),
  }));

/** Null where somebody put something else into the collection. */
export function toPerson(document: Document): StoredPerson | null {
  return personSchema.safeParse(document).data ?? null;
}

export function toFace(document: Document): StoredFace | null {
  return faceSchema.safeParse(document).data ?? null;
}

/** One write of a pending change: fields to set on one document. */
const writeSchema = z.object({ _id: z.string(), isNew: z.boolean(), set: z.record(z.string(), z.unknown()) });
export type PendingWrite = z.infer<typeof writeSchema>;

/** A committed change that is being applied, write by write, by any process. */
const pendingSchema = sightingChangesSchema.extend({
  version: z.number(),
  persons: z.array(writeSchema),
  faces: z.array(writeSchema),
  crops: z.array(z.object({ _id: z.string(), jpeg: z.instanceof(Binary) })),
  audit: z.record(z.string(), z.unknown()).nullable(),
});
export type PendingChange = z.infer<typeof pendingSchema>;

export const stateSchema = z.object({ version: z.number(), nextNumber: z.number(), pending: pendingSchema.nullable() });

/** Converts milliseconds to dates and arrays to BSON vectors; adds the date of a deletion. */
function toFields(set: Record<string, unknown>): Record<string, unknown> {
  const { createdAtMs, embedding, ...fields } = set;
  return {
    ...fields,
    ...(typeof createdAtMs === 'number' && { createdAt: new Date(createdAtMs) }),
    ...(embedding instanceof Float32Array && { embedding: Binary.fromFloat32Array(embedding) }),
    ...('deleted' in set && { deletedAt: set['deleted'] === true ? new Date() : null }),
  };
}

export function toPending(version: number, changeset: Changeset): PendingChange {
  const write = ({ id, isNew, set }: PersonChange | FaceChange): PendingWrite => ({ _id: id, isNew, set: toFields({ ...set }) });
  return {
    version,
    persons: changeset.persons.map(write),
    faces: changeset.faces.map(write),
    crops: changeset.faces.flatMap((face) => (face.isNew && face.crop ? [{ _id: face.id, jpeg: new Binary(Buffer.from(face.crop)) }] : [])),
    audit: changeset.audit ? toAuditDocument(changeset.audit, version) : null,
    moveSightings: changeset.moveSightings ?? [],
    assignments: changeset.assignments ?? [],
  };
}

function toAuditDocument({ id, atMs, inverse, ...entry }: AuditEntry, version: number): Record<string, unknown> {
  return { ...entry, _id: id, at: new Date(atMs), inverse: inverseToJson(inverse), version };
}

export const auditDocumentSchema = auditEntrySchema
  .omit({ id: true, atMs: true })
  .extend({ _id: z.string(), at: z.date(), inverse: z.string().nullable() });

const auditSchema = auditDocumentSchema.transform(({ _id, at, inverse, ...entry }): AuditEntry => ({
  ...entry,
  id: _id,
  atMs: at.getTime(),
  inverse: inverseFromJson(inverse),
}));

export function toAudit(document: Document): AuditEntry | null {
  return auditSchema.safeParse(document).data ?? null;
}
