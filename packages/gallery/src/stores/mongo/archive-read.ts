import { Binary, type ClientSession, type Document, type Filter } from 'mongodb';
import { z } from 'zod';
import { leftOut } from '../../archive/document-families.ts';
import {
  type ArchiveLine,
  faceToLine,
  type LineOf,
  pairToLine,
  personToLine,
  type StoredKind,
  vectorToText,
  whenDeleted,
} from '../../archive/archive-lines.ts';
import type { ArchiveHead, ArchiveReader } from '../../archive/archive-store.ts';
import type { AnyDocument, ArchiveCollections } from './archive-write.ts';
import { guardMongo } from './connect.ts';
import { auditDocumentSchema, fromBinary } from './documents.ts';
import { sightedFaceSchema } from './sightings.ts';
import { readFace, readPair, readPerson } from './tolerant.ts';

const pageSize = 500;

const vectorText = z
  .instanceof(Binary)
  .nullish()
  .transform((binary) => (binary ? vectorToText(binary.toFloat32Array()) : null));
const time = z.date().transform((date) => date.getTime());

const sightingsSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: time,
    expiresAt: time,
    faces: z.array(sightedFaceSchema.extend({ embedding: vectorText })),
  })
  .transform(({ _id: id, takenAt: takenAtMs, expiresAt: expiresAtMs, ...rest }): LineOf<'sighting'> => ({
    kind: 'sighting',
    id,
    takenAtMs,
    expiresAtMs,
    ...rest,
  }));

const waitingSchema = z.object({
  _id: z.string(),
  expiresAt: time,
  faces: z.array(z.object({ crop: z.instanceof(Binary).optional() })),
});

const recordSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: time,
    expiresAt: time,
    seen: z.boolean(),
    revision: z.number(),
    outcome: z.string().nullish().default(null),
    outcomeAt: time.nullish().default(null),
    fingerprint: z.instanceof(Binary).nullable(),
    body: z.record(z.string(), z.unknown()),
  })
  .transform(({ _id: id, takenAt: takenAtMs, expiresAt: expiresAtMs, outcomeAt: outcomeAtMs, fingerprint, ...rest }): LineOf<'record'> => ({
    kind: 'record',
    id,
    takenAtMs,
    expiresAtMs,
    outcomeAtMs: outcomeAtMs ?? null,
    fingerprint: fingerprint && base64Of(fingerprint),
    ...rest,
    outcome: rest.outcome ?? null,
  }));

const documentSchema = z
  .object({
    _id: z.object({ kind: z.string(), id: z.string() }),
    revision: z.number(),
    at: time,
    keys: z.array(z.string()),
    expiresAt: time.nullable(),
    body: z.string(),
  })
  .transform(({ _id, at: atMs, expiresAt: expiresAtMs, body, ...rest }): LineOf<'document'> => ({
    kind: 'document',
    of: _id.kind,
    id: _id.id,
    atMs,
    expiresAtMs,
    body: JSON.parse(body),
    ...rest,
  }));

const base64Of = (binary: Binary): string => Buffer.from(binary.buffer.subarray(0, binary.length())).toString('base64');

const lastSeenSchema = z
  .object({ _id: z.string(), at: time, channel: z.string(), camera: z.string().nullable() })
  .transform(({ _id: id, at: atMs, ...rest }): LineOf<'last-seen'> => ({ kind: 'last-seen', id, atMs, ...rest }));

const auditSchema = auditDocumentSchema.transform(({ _id: id, at, actor, ...rest }): LineOf<'audit'> => ({
  kind: 'audit',
  id,
  actor: actor.id,
  where: actor.where ?? null,
  atMs: at.getTime(),
  ...rest,
}));

/** How the lines of one kind are read: null for what cannot be used. */
interface Source {
  from: keyof ArchiveCollections;
  which: Filter<AnyDocument>;
  lines: (document: Document) => ArchiveLine[];
  without?: string;
}

const written = { placeholder: null };
/** The eraser writes when a tombstone goes as it erases it. */
const notErased = { placeholder: null, purgeAt: null };
const one = (line: ArchiveLine | null | undefined): ArchiveLine[] => (line ? [line] : []);

/** Documents of families that are backed up. */
export const backedUp: Filter<AnyDocument> = { '_id.kind': { $nin: Object.keys(leftOut) } };

const sources: Record<Exclude<StoredKind, 'crop'>, Source> = {
  person: { from: 'person', which: written, lines: (document) => one(mapped(document, readPerson(document).value, personToLine)) },
  face: {
    from: 'face',
    which: notErased,
    lines: (document) => one(mapped(document, readFace(document, { vectors: true }).value, faceToLine)),
  },
  pair: { from: 'pair', which: notErased, lines: (document) => one(mapped(document, readPair(document).value, pairToLine)) },
  sighting: { from: 'sighting', which: {}, lines: (document) => one(sightingsSchema.safeParse(document).data), without: 'faces.crop' },
  'last-seen': { from: 'last-seen', which: {}, lines: (document) => one(lastSeenSchema.safeParse(document).data) },
  audit: { from: 'audit', which: {}, lines: (document) => one(auditSchema.safeParse(document).data) },
  'waiting-crop': { from: 'sighting', which: { 'faces.crop': { $exists: true } }, lines: waitingCrops, without: 'faces.embedding' },
  record: { from: 'record', which: {}, lines: (document) => one(recordSchema.safeParse(document).data) },
  document: { from: 'document', which: backedUp, lines: (document) => one(documentSchema.parse(document)) },
};

function waitingCrops(document: Document): ArchiveLine[] {
  const found = waitingSchema.safeParse(document).data;
  return (found?.faces ?? []).flatMap(({ crop }, position): ArchiveLine[] =>
    found && crop ? [{ kind: 'waiting-crop', id: found._id, position, jpeg: base64Of(crop), expiresAtMs: found.expiresAt }] : [],
  );
}

/** Reads these collections; with a session as they were when it was used first. */
export function createArchiveReader(
  collections: ArchiveCollections,
  { head, session }: { head: ArchiveHead; session?: ClientSession },
): ArchiveReader {
  async function* read<K extends Exclude<StoredKind, 'crop'>>(kind: K, signal: AbortSignal): AsyncGenerator<LineOf<K>[]> {
    const isOfKind = (line: ArchiveLine): line is LineOf<K> => line.kind === kind;
    const { from, which, lines, without } = sources[kind];
    const options = { batchSize: pageSize, ...(session && { session }), ...(without !== undefined && { projection: { [without]: 0 } }) };
    const cursor = collections[from].find(which, options);
    try {
      for (let page: LineOf<K>[] = []; ;) {
        const document = await guardMongo(() => cursor.next(), signal);
        if (document) page.push(...lines(document).filter(isOfKind));
        if (!document || page.length >= pageSize) yield page;
        if (!document) return;
        if (page.length >= pageSize) page = [];
      }
    } finally {
      await cursor.close();
    }
  }
  return {
    head,
    isOneMoment: session !== undefined,
    read,
    crops: (faceIds, signal) =>
      guardMongo(async () => {
        const found = await collections.crop.find({ _id: { $in: [...faceIds] } }, session ? { session, signal } : { signal }).toArray();
        return found.flatMap(({ _id, ...rest }): LineOf<'crop'>[] => {
          const jpeg = fromBinary(rest['jpeg']);
          return jpeg && typeof _id === 'string' ? [{ kind: 'crop', id: _id, jpeg: Buffer.from(jpeg).toString('base64') }] : [];
        });
      }, signal),
  };
}

function mapped<A, B>(document: Document, value: A | null, map: (value: A, deletedAtMs: number | null) => B): B | null {
  const at = time.safeParse(document['deletedAt']).data;
  return value === null ? null : map(value, whenDeleted(document['deleted'] === true, at));
}
