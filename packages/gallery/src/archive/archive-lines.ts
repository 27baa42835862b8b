import { z } from 'zod';
import { auditEntrySchema, sightingSchema, type StoredFace, type StoredPair, type StoredPerson } from '../domain.ts';

/** The format's number. docs/gallery-file.md describes the format. */
export const archiveFormat = 3;
/** Formats that can be read: the one before had no `mayBe`. */
export const readableFormats: readonly number[] = [2, archiveFormat];

const base64 = z.base64();
/** Little-endian float32, one after the other. */
const vectorSchema = base64.refine((text) => Buffer.byteLength(text, 'base64') % 4 === 0, 'is not a list of float32');
const timeMs = z.number().int();

const personLine = z.strictObject({
  kind: z.literal('person'),
  id: z.string().min(1),
  name: z.string().min(1),
  number: z.number().int().nullable(),
  aliases: z.array(z.string()),
  ignored: z.boolean(),
  mergedInto: z.string().nullable(),
  mergedAtMs: timeMs.nullable(),
  formerNumbers: z.array(z.number().int()),
  mayBe: z.string().nullable().default(null),
  createdAtMs: timeMs,
});

const faceLine = z.strictObject({
  kind: z.literal('face'),
  id: z.string().min(1),
  personId: z.string(),
  modelId: z.string(),
  role: z.enum(['reference', 'negative']),
  embedding: vectorSchema,
  quality: z.number(),
  sizePx: z.number(),
  snapshotId: z.string().nullable(),
  position: z.number().int().nullable(),
  shows: z.string().nullable(),
  createdAtMs: timeMs,
});

/** "These two are not the same." */
const pairLine = z.strictObject({ kind: z.literal('pair'), id: z.string().min(1), personIds: z.tuple([z.string(), z.string()]) });

/** `id` is the face's. */
const cropLine = z.strictObject({ kind: z.literal('crop'), id: z.string().min(1), jpeg: base64 });

/** `id` is the snapshot's. Faces in order; an erased vector is null. */
const sightingLine = z.strictObject({
  kind: z.literal('sighting'),
  id: z.string().min(1),
  channel: z.string(),
  camera: z.string().nullable(),
  takenAtMs: timeMs,
  expiresAtMs: timeMs,
  faces: z.array(z.strictObject({ ...sightingSchema.shape, embedding: vectorSchema.nullable() })),
});

/** `id` is the person's. */
const lastSeenLine = z.strictObject({
  kind: z.literal('last-seen'),
  id: z.string().min(1),
  atMs: timeMs,
  channel: z.string(),
  camera: z.string().nullable(),
});

/** `actor` and `where`: who did it, from where. `inverse` is the JSON text of the change that undoes it. */
const auditLine = z.strictObject({
  ...auditEntrySchema.shape,
  kind: z.literal('audit'),
  id: z.string().min(1),
  actor: z.string(),
  where: z.string().nullable(),
  atMs: timeMs,
  inverse: z.string().nullable(),
  version: z.number().int(),
});

/** A person, face or pair of an earlier line that was deleted while the file was written. */
const removedLine = z.strictObject({ kind: z.literal('removed'), of: z.enum(['person', 'face', 'pair']), id: z.string().min(1) });

/** A line between the first and the last. A later line with the same kind and id replaces the earlier one. */
export const archiveLine = z.discriminatedUnion('kind', [
  personLine,
  faceLine,
  pairLine,
  cropLine,
  sightingLine,
  lastSeenLine,
  auditLine,
  removedLine,
]);
export type ArchiveLine = z.output<typeof archiveLine>;
export type LineOf<K extends ArchiveLine['kind']> = Extract<ArchiveLine, { kind: K }>;

/** What identifies the first line, in every format. */
export const headerStart = z.object({ kind: z.literal('watchpost-gallery'), format: z.number().int() });
/** The first line. */
export const headerLine = z.strictObject({ ...headerStart.shape, exportedAt: z.string() });

/** The last line: the head, the number of lines of each kind, and the SHA-256 of all bytes before this line (uncompressed). */
export const endLine = z.strictObject({
  kind: z.literal('end'),
  version: z.number().int(),
  nextNumber: z.number().int(),
  lines: z.record(z.string(), z.number().int()),
  sha256: z.string(),
});

/** The kinds that a database keeps. */
export type StoredKind = Exclude<ArchiveLine['kind'], 'removed'>;
export type ArchiveCounts = Record<StoredKind, number>;

export function vectorToText(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

export function vectorFromText(text: string): Float32Array {
  // A copy, because small buffers share memory and may start at an unaligned offset.
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

export function personToLine(person: StoredPerson): LineOf<'person'> {
  const { id, name, number, aliases, ignored, mergedInto, mergedAtMs, formerNumbers, mayBe, createdAtMs } = person;
  return { kind: 'person', id, name, number, aliases, ignored, mergedInto, mergedAtMs, formerNumbers, mayBe, createdAtMs };
}

export function faceToLine(face: StoredFace): LineOf<'face'> {
  const { id, personId, modelId, role, quality, sizePx, snapshotId, position, shows, createdAtMs } = face;
  const embedding = vectorToText(face.embedding);
  return { kind: 'face', id, personId, modelId, role, embedding, quality, sizePx, snapshotId, position, shows, createdAtMs };
}

export function pairToLine({ id, personIds: [one, other] }: Pick<StoredPair, 'id' | 'personIds'>): LineOf<'pair'> {
  return { kind: 'pair', id, personIds: [one, other] };
}
