import { z } from 'zod';
import { leftOut } from './document-families.ts';
import { auditEntrySchema, sightingSchema, type StoredFace, type StoredPair, type StoredPerson } from '../domain.ts';

/** The format's number. docs/gallery-file.md describes the format. */
export const archiveFormat = 5;
/** Formats that can be read: 4 had nothing that was deleted, 3 had the gallery only, 2 had no `mayBe` either. */
export const readableFormats: readonly number[] = [2, 3, 4, archiveFormat];
/** The formats before this one begin with a line of their own. */
export const firstWithScope = 4;

const base64 = z.base64();
/** Little-endian float32, one after the other. */
const vectorSchema = base64.refine((text) => Buffer.byteLength(text, 'base64') % 4 === 0, 'is not a list of float32');
const timeMs = z.number().int();
/** When it was deleted, if it was: it is kept until it is erased, so that what names it is erased wherever it was restored. */
const deletedAtMs = timeMs.nullable().default(null);

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
  deletedAtMs,
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
  deletedAtMs,
});

/** "These two are not the same." */
const pairLine = z.strictObject({
  kind: z.literal('pair'),
  id: z.string().min(1),
  personIds: z.tuple([z.string(), z.string()]),
  deletedAtMs,
});

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

/** A picture of one face of a snapshot that waits for a name. `id` is the snapshot's; it expires with the sighting. */
const waitingCropLine = z.strictObject({
  kind: z.literal('waiting-crop'),
  id: z.string().min(1),
  position: z.number().int(),
  jpeg: base64,
  expiresAtMs: timeMs,
});

/** What became of a snapshot. `id` is the snapshot's, `body` as the database keeps it. */
const recordLine = z.strictObject({
  kind: z.literal('record'),
  id: z.string().min(1),
  channel: z.string(),
  camera: z.string().nullable(),
  takenAtMs: timeMs,
  expiresAtMs: timeMs,
  seen: z.boolean(),
  revision: z.number().int(),
  outcome: z.string().nullable(),
  outcomeAtMs: timeMs.nullable(),
  fingerprint: base64.nullable(),
  body: z.record(z.string(), z.unknown()),
});

/** A document of the family `of`: a rule, a visit, an entry. */
const documentLine = z.strictObject({
  kind: z.literal('document'),
  of: z.string().min(1),
  id: z.string(),
  /** Counts the writes. */
  revision: z.number().int().min(1),
  atMs: timeMs,
  keys: z.array(z.string()),
  expiresAtMs: timeMs.nullable(),
  body: z.unknown().refine((body) => body !== undefined),
});

/** A person, face or pair of an earlier line that was deleted, and perhaps erased, while the file was written. */
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
  waitingCropLine,
  recordLine,
  documentLine,
  removedLine,
]);
export type ArchiveLine = z.output<typeof archiveLine>;
/** What a line is about; unique among those of its kind. */
export function lineKey(line: ArchiveLine): string {
  if (line.kind === 'document') return `${line.of} ${line.id}`;
  return line.kind === 'waiting-crop' ? `${line.id} ${String(line.position)}` : line.id;
}

/** Whether it is restored: not what has expired by this time, nor documents of families that are not backed up. */
export function isRestored(line: ArchiveLine, nowMs: number): boolean {
  if (line.kind === 'document' && Object.hasOwn(leftOut, line.of)) return false;
  return !('expiresAtMs' in line) || line.expiresAtMs === null || line.expiresAtMs > nowMs;
}

export type LineOf<K extends ArchiveLine['kind']> = Extract<ArchiveLine, { kind: K }>;

/** `gallery`: people, faces, sightings, and who changed what. `everything`: the records and the documents as well. */
export const archiveScopeSchema = z.enum(['gallery', 'everything']);
export type ArchiveScope = z.output<typeof archiveScopeSchema>;

/** What identifies the first line, in every format. */
export const headerStart = z.object({ kind: z.enum(['watchpost-gallery', 'watchpost-backup']), format: z.number().int() });
/** The first line of the formats before 4. */
export const galleryHeaderLine = z.strictObject({ kind: z.literal('watchpost-gallery'), format: z.number().int(), exportedAt: z.string() });
/** The first line. `formats`: those of what the databases keep (`galleryFormat`, `documentsFormat`). */
export const headerLine = z.strictObject({
  kind: z.literal('watchpost-backup'),
  format: z.number().int(),
  exportedAt: z.string(),
  scope: archiveScopeSchema,
  formats: z.strictObject({ gallery: z.number().int(), documents: z.number().int() }),
});

/** The last line: the head, the number of lines of each kind, and the SHA-256 of all bytes before this line (uncompressed). */
export const endLine = z.strictObject({
  kind: z.literal('end'),
  version: z.number().int(),
  nextNumber: z.number().int(),
  lines: z.record(z.string(), z.number().int()),
  sha256: z.string(),
});

const galleryKinds = ['sighting', 'last-seen', 'audit', 'person', 'face', 'pair', 'crop'] as const;
/** The kinds of lines that a database keeps, in the order of a file. */
export const storedKinds = [...galleryKinds, 'waiting-crop', 'record', 'document'] as const;
export type StoredKind = (typeof storedKinds)[number];
export type ArchiveCounts = Record<StoredKind, number>;

export const kindsOf = (scope: ArchiveScope): readonly StoredKind[] => (scope === 'gallery' ? galleryKinds : storedKinds);

/** One value for each kind. */
export function perStoredKind<T>(make: (kind: StoredKind) => T): Record<StoredKind, T> {
  return {
    sighting: make('sighting'),
    'last-seen': make('last-seen'),
    audit: make('audit'),
    person: make('person'),
    face: make('face'),
    pair: make('pair'),
    crop: make('crop'),
    'waiting-crop': make('waiting-crop'),
    record: make('record'),
    document: make('document'),
  };
}

export function vectorToText(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

export function vectorFromText(text: string): Float32Array {
  // A copy, because small buffers share memory and may start at an unaligned offset.
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

/** When something was deleted, milliseconds since 1970: now, where a tombstone does not say when. Null: it is not deleted. */
export const whenDeleted = (deleted: boolean, atMs: number | null | undefined): number | null => (deleted ? (atMs ?? Date.now()) : null);

export function personToLine(person: StoredPerson, deletedAtMs: number | null): LineOf<'person'> {
  const { id, name, number, aliases, ignored, mergedInto, mergedAtMs, formerNumbers, mayBe, createdAtMs } = person;
  return { kind: 'person', id, name, number, aliases, ignored, mergedInto, mergedAtMs, formerNumbers, mayBe, createdAtMs, deletedAtMs };
}

export function faceToLine(face: StoredFace, deletedAtMs: number | null): LineOf<'face'> {
  const { id, personId, modelId, role, quality, sizePx, snapshotId, position, shows, createdAtMs } = face;
  const embedding = vectorToText(face.embedding);
  return { kind: 'face', id, personId, modelId, role, embedding, quality, sizePx, snapshotId, position, shows, createdAtMs, deletedAtMs };
}

export function pairToLine(
  { id, personIds: [one, other] }: Pick<StoredPair, 'id' | 'personIds'>,
  deletedAtMs: number | null,
): LineOf<'pair'> {
  return { kind: 'pair', id, personIds: [one, other], deletedAtMs };
}
