import { Binary, type Document } from 'mongodb';
import { z } from 'zod';
import { galleryFormat, sightingChangesSchema, type Changeset, type FaceChange, type PersonChange } from '../../domain.ts';
import { toAuditDocument, toBinary } from './documents.ts';

const personSet = z.strictObject({
  name: z.string().exactOptional(),
  number: z.number().nullable().exactOptional(),
  aliases: z.array(z.string()).exactOptional(),
  ignored: z.boolean().exactOptional(),
  mergedInto: z.string().nullable().exactOptional(),
  mergedAt: z.date().nullable().exactOptional(),
  formerNumbers: z.array(z.number()).exactOptional(),
  mayBe: z.string().nullable().exactOptional(),
  deleted: z.boolean().exactOptional(),
  createdAt: z.date().exactOptional(),
});

const faceSet = z.strictObject({
  personId: z.string().exactOptional(),
  modelId: z.string().exactOptional(),
  role: z.enum(['reference', 'negative']).exactOptional(),
  embedding: z.instanceof(Binary).exactOptional(),
  quality: z.number().exactOptional(),
  sizePx: z.number().exactOptional(),
  snapshotId: z.string().nullable().exactOptional(),
  position: z.number().nullable().exactOptional(),
  shows: z.string().nullable().exactOptional(),
  deleted: z.boolean().exactOptional(),
  createdAt: z.date().exactOptional(),
});

const personWrite = z.strictObject({ _id: z.string(), isNew: z.boolean(), set: personSet });
const faceWrite = z.strictObject({ _id: z.string(), isNew: z.boolean(), set: faceSet });
export type PersonWrite = z.infer<typeof personWrite>;
export type FaceWrite = z.infer<typeof faceWrite>;

/**
 * A committed change that is being carried out, write by write, by any process. Strict: a field that we do not know was written by a newer
 * release, and must not get lost.
 */
export const pendingSchema = z.strictObject({
  format: z.number(),
  version: z.number(),
  persons: z.array(personWrite),
  faces: z.array(faceWrite),
  pairs: z.array(z.strictObject({ _id: z.string(), personIds: z.tuple([z.string(), z.string()]), deleted: z.boolean() })),
  crops: z.array(z.strictObject({ _id: z.string(), jpeg: z.instanceof(Binary) })),
  audit: z.record(z.string(), z.unknown()).nullable(),
  moveSightings: z.array(sightingChangesSchema.shape.moveSightings.element.strict()),
  assignments: z.array(sightingChangesSchema.shape.assignments.element.strict()),
  /** `seen`: the mark (own.ts) of the name that the adoption is about. */
  adoptPersons: z.array(z.strictObject({ _id: z.string(), seen: z.unknown() })),
  adoptFaces: z.array(z.string()),
});
export type PendingChange = z.infer<typeof pendingSchema>;

/** The change as it is carried out. `seen`: for the persons that it adopts, the mark of the name. */
export function toPending(version: number, changeset: Changeset, seen: ReadonlyMap<string, unknown>): PendingChange {
  return {
    format: galleryFormat,
    version,
    persons: changeset.persons.map(toPersonWrite),
    faces: changeset.faces.map(toFaceWrite),
    pairs: changeset.pairs.map(({ id, personIds: [one, other], deleted }) => ({ _id: id, personIds: [one, other], deleted })),
    crops: changeset.faces.flatMap((face) => (face.isNew && face.crop ? [{ _id: face.id, jpeg: toBinary(face.crop) }] : [])),
    audit: changeset.audit ? toAuditDocument(changeset.audit, version) : null,
    moveSightings: changeset.moveSightings ?? [],
    assignments: changeset.assignments ?? [],
    adoptPersons: [...seen].map(([_id, mark]) => ({ _id, seen: mark })),
    adoptFaces: changeset.adopt?.faceIds ?? [],
  };
}

function toPersonWrite({ id, isNew, set }: PersonChange): PersonWrite {
  const { createdAtMs, mergedAtMs, ...fields } = set;
  return {
    _id: id,
    isNew,
    set: {
      ...fields,
      ...(createdAtMs !== undefined && { createdAt: new Date(createdAtMs) }),
      ...(mergedAtMs !== undefined && { mergedAt: mergedAtMs === null ? null : new Date(mergedAtMs) }),
    },
  };
}

function toFaceWrite(face: FaceChange): FaceWrite {
  if (!face.isNew) return { _id: face.id, isNew: false, set: face.set };
  const { createdAtMs, embedding, ...fields } = face.set;
  return {
    _id: face.id,
    isNew: true,
    set: { ...fields, createdAt: new Date(createdAtMs), embedding: Binary.fromFloat32Array(embedding) },
  };
}

/** Values that MongoDB must not take for expressions: a name may begin with a dollar sign. */
export function literals(fields: Record<string, unknown>): Document {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { $literal: value }]));
}
