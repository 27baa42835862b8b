import { Binary, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { auditEntrySchema, inverseToJson, type AuditEntry } from '../../domain.ts';
import { readInverse } from '../read-inverse.ts';

/** A document of our collections. Ids are our own strings. */
export interface Keyed {
  _id: string;
  [field: string]: unknown;
}

/** The collections of the gallery. */
export function galleryCollections(db: Db) {
  return {
    /** One document: the head of the sequence of changes, and the change that is being carried out. */
    state: db.collection<Keyed>('gallery'),
    persons: db.collection<Keyed>('persons'),
    faces: db.collection<Keyed>('faces'),
    /** Persons who are known not to be the same. */
    pairs: db.collection<Keyed>('pairs'),
    /** Small JPEGs of reference faces, separate so that reading the gallery does not read them. */
    crops: db.collection<Keyed>('face_crops'),
    sightings: db.collection<Keyed>('sightings'),
    lastSeen: db.collection<Keyed>('last_seen'),
    audit: db.collection<Keyed>('audit'),
    records: db.collection<Keyed>('snapshots'),
    /** One document: who keeps house, and how far the faces were compared. */
    upkeep: db.collection<Keyed>('upkeep'),
  };
}
export type GalleryCollections = ReturnType<typeof galleryCollections>;

/** A BSON vector; missing or null: empty. */
export const vectorFromBinary = z
  .instanceof(Binary)
  .nullish()
  .transform((binary) => (binary ? binary.toFloat32Array() : new Float32Array(0)));

export function toBinary(bytes: Uint8Array): Binary {
  return new Binary(Buffer.from(bytes));
}

/** The bytes of a BSON binary; null for anything else. */
export function fromBinary(value: unknown): Uint8Array | null {
  return value instanceof Binary ? new Uint8Array(value.buffer.subarray(0, value.length())) : null;
}

export function toAuditDocument({ id, atMs, inverse, ...entry }: AuditEntry, version: number): Record<string, unknown> {
  return { ...entry, _id: id, at: new Date(atMs), inverse: inverseToJson(inverse), version };
}

export const auditDocumentSchema = auditEntrySchema
  .omit({ id: true, atMs: true })
  .extend({ _id: z.string(), at: z.date(), inverse: z.string().nullable() });

const auditSchema = auditDocumentSchema.transform(({ _id, at, inverse, ...entry }): AuditEntry => ({
  ...entry,
  id: _id,
  atMs: at.getTime(),
  inverse: readInverse(inverse),
}));

/** Null where somebody put something else into the collection, and for a placeholder (carry-out.ts). */
export function toAudit(document: Document): AuditEntry | null {
  return auditSchema.safeParse(document).data ?? null;
}
