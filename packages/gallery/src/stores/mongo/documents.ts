import { Binary, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { inverseFromJson, inverseToJson } from '../../changes/inverse.ts';
import {
  auditActions,
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type PersonChange,
  type StoredFace,
  type StoredPerson,
} from '../../domain.ts';

/** What our collections hold. Ids are strings of our own. */
export interface Keyed {
  _id: string;
  [field: string]: unknown;
}

/** The collections of the gallery, by what is in them. */
export function galleryCollections(db: Db) {
  return {
    /** One document, `_id: 'gallery'`: where the sequence of changes stands, and the one that is being made. */
    state: db.collection<Keyed>('gallery'),
    persons: db.collection<Keyed>('persons'),
    faces: db.collection<Keyed>('faces'),
    /** Small JPEGs of reference faces, apart so that reading the gallery does not read them. */
    crops: db.collection<Keyed>('face_crops'),
    sightings: db.collection<Keyed>('sightings'),
    lastSeen: db.collection<Keyed>('last_seen'),
    audit: db.collection<Keyed>('audit'),
  };
}
export type GalleryCollections = ReturnType<typeof galleryCollections>;

/** Tolerant where people edit by hand: fields they left out have a meaning. */
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
    name: doc.name ?? (doc.number ? `Unknown ${doc.number}` : 'Unnamed'),
    number: doc.number ?? null,
    aliases: doc.aliases ?? [],
    ignored: doc.ignored ?? false,
    mergedInto: doc.mergedInto ?? null,
    deleted: doc.deleted ?? false,
    createdAtMs: doc.createdAt?.getTime() ?? 0,
    version: doc.version ?? 0,
  }));

const vectorSchema = z
  .instanceof(Binary)
  .nullish()
  .transform((binary) => (binary ? binary.toFloat32Array() : new Float32Array(0)));

const faceSchema = z
  .object({
    _id: z.string(),
    personId: z.string(),
    modelId: z.string(),
    role: z.enum(['reference', 'negative']),
    embedding: vectorSchema,
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

/** A document as a person, or null where somebody put something else into the collection. */
export function toPerson(document: Document): StoredPerson | null {
  return personSchema.safeParse(document).data ?? null;
}

export function toFace(document: Document): StoredFace | null {
  return faceSchema.safeParse(document).data ?? null;
}

export function toVectorBinary(vector: Float32Array): Binary {
  return Binary.fromFloat32Array(vector);
}

export const vectorFromBinary = vectorSchema;

/** One write of a change, as it stands in the journal: fields to set on one document. */
const writeSchema = z.object({ _id: z.string(), isNew: z.boolean(), set: z.record(z.string(), z.unknown()) });
export type JournalWrite = z.infer<typeof writeSchema>;

/** A change being made: written in one piece, then carried out step by step by whoever comes first. */
const pendingSchema = z.object({
  version: z.number(),
  persons: z.array(writeSchema),
  faces: z.array(writeSchema),
  crops: z.array(z.object({ _id: z.string(), jpeg: z.instanceof(Binary) })),
  audit: z.record(z.string(), z.unknown()).nullable(),
  moveSightings: z.array(z.object({ faceIds: z.array(z.string()), personId: z.string() })),
  assignments: z.array(z.object({ snapshotId: z.string(), position: z.number().int(), personId: z.string().nullable() })).default([]),
});
export type PendingChange = z.infer<typeof pendingSchema>;

export const stateSchema = z.object({ version: z.number(), nextNumber: z.number(), pending: pendingSchema.nullable() });

/** Dates where the model has milliseconds, BSON vectors where it has arrays; deletions carry their date. */
function toFields(set: Record<string, unknown>): Record<string, unknown> {
  const { createdAtMs, embedding, ...fields } = set;
  return {
    ...fields,
    ...(typeof createdAtMs === 'number' && { createdAt: new Date(createdAtMs) }),
    ...(embedding instanceof Float32Array && { embedding: toVectorBinary(embedding) }),
    ...('deleted' in set && { deletedAt: set['deleted'] === true ? new Date() : null }),
  };
}

export function toPending(version: number, changeset: Changeset): PendingChange {
  const write = ({ id, isNew, set }: PersonChange | FaceChange): JournalWrite => ({ _id: id, isNew, set: toFields({ ...set }) });
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

const actorSchema = z
  .object({ id: z.string(), where: z.string().optional() })
  .transform(({ id, where }) => (where === undefined ? { id } : { id, where }));

const auditSchema = z
  .object({
    _id: z.string(),
    action: z.enum(auditActions),
    actor: actorSchema,
    at: z.date(),
    personIds: z.array(z.string()),
    summary: z.string(),
    inverse: z.string().nullable(),
    undone: z.boolean(),
    undoes: z.string().nullable(),
    version: z.number(),
  })
  .transform(({ _id, at, inverse, ...entry }): AuditEntry => ({
    ...entry,
    id: _id,
    atMs: at.getTime(),
    inverse: inverseFromJson(inverse),
  }));

export function toAudit(document: Document): AuditEntry | null {
  return auditSchema.safeParse(document).data ?? null;
}
