import { type AnyBulkWriteOperation, Binary, type Collection, type Document } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';
import { type ArchiveLine, type StoredKind, vectorFromText } from '../../archive/archive-lines.ts';
import { type ArchiveBatch, type Moment, revisionAfter } from '../../archive/archive-store.ts';
import { personsSeen } from '../../domain.ts';
import { present } from './own.ts';

/** A document of any of our collections. */
export interface AnyDocument {
  _id: string | { kind: string; id: string };
  [field: string]: unknown;
}

/** Where lines of each kind go: those that wait for a name are parts of sightings. */
export type ArchiveCollections = Record<Exclude<StoredKind, 'waiting-crop'>, Collection<AnyDocument>>;

type Write = AnyBulkWriteOperation<AnyDocument>;

/** Writes lines at this moment; its version is that of the change which they count as. */
export async function writeBatch(targets: ArchiveCollections, { lines }: ArchiveBatch, at: Moment): Promise<void> {
  const writes = new Map<keyof ArchiveCollections, Write[]>();
  const add = (kind: keyof ArchiveCollections, write: Write): void => {
    const before = writes.get(kind);
    if (before) before.push(write);
    else writes.set(kind, [write]);
  };
  for (const line of lines) {
    if (line.kind === 'removed') add(line.of, { deleteOne: { filter: { _id: line.id } } });
    else if (line.kind === 'waiting-crop') add('sighting', withCrop(line));
    else add(line.kind, replace(line, at));
  }
  // Acknowledged by the primary: all of it is read back, and made durable by the last write.
  for (const [kind, operations] of writes)
    await targets[kind].bulkWrite(operations, { ordered: true, writeConcern: { w: 1, journal: false } });
}

type StoredLine = Exclude<ArchiveLine, { kind: 'removed' | 'waiting-crop' }>;

function withCrop({ id, position, jpeg }: Extract<ArchiveLine, { kind: 'waiting-crop' }>): Write {
  const crop = new Binary(Buffer.from(jpeg, 'base64'));
  return { updateOne: { filter: { _id: id }, update: { $set: { [`faces.${String(position)}.crop`]: crop } } } };
}

function replace(line: StoredLine, at: Moment): Write {
  const filter = { _id: line.kind === 'document' ? { kind: line.of, id: line.id } : line.id };
  const replacement = toDocument(line, at);
  if (line.kind !== 'person') return { replaceOne: { filter, replacement, upsert: true } };
  // So that nobody counts as edited by hand.
  const stages: Document[] = [{ $replaceWith: { $literal: { _id: line.id, ...replacement } } }, { $set: { own: present } }];
  return { updateOne: { filter, update: stages, upsert: true } };
}

const deletion = (atMs: number | null) => ({ deleted: atMs !== null, deletedAt: atMs === null ? null : new Date(atMs) });

/** A line as the store's document. */
function toDocument(line: StoredLine, { version, nowMs }: Moment): Record<string, unknown> {
  switch (line.kind) {
    case 'person': {
      const { kind: _, id: __, createdAtMs, mergedAtMs, deletedAtMs, ...rest } = line;
      const mergedAt = mergedAtMs === null ? null : new Date(mergedAtMs);
      return { ...rest, mergedAt, createdAt: new Date(createdAtMs), ...deletion(deletedAtMs), version };
    }
    case 'pair':
      return { personIds: line.personIds, ...deletion(line.deletedAtMs), version };
    case 'face': {
      const { kind: _, id: __, createdAtMs, embedding, deletedAtMs, ...rest } = line;
      const vector = Binary.fromFloat32Array(vectorFromText(embedding));
      return { ...rest, embedding: vector, createdAt: new Date(createdAtMs), ...deletion(deletedAtMs), version };
    }
    case 'crop':
      return { jpeg: new Binary(Buffer.from(line.jpeg, 'base64')), version };
    case 'sighting': {
      const { channel, camera, takenAtMs, expiresAtMs, faces } = line;
      const embedded = faces.map((face) => ({
        ...face,
        version,
        embedding: face.embedding === null ? null : Binary.fromFloat32Array(vectorFromText(face.embedding)),
      }));
      return {
        channel,
        camera,
        takenAt: new Date(takenAtMs),
        expiresAt: new Date(expiresAtMs),
        faces: embedded,
        persons: personsSeen(faces),
      };
    }
    case 'last-seen':
      return { at: new Date(line.atMs), channel: line.channel, camera: line.camera };
    case 'audit': {
      const { kind: _, id: __, actor, where, atMs, ...rest } = line;
      return { ...rest, actor: where === null ? { id: actor } : { id: actor, where }, at: new Date(atMs) };
    }
    case 'record': {
      const { kind: _, id: __, takenAtMs, expiresAtMs, outcomeAtMs, fingerprint, ...rest } = line;
      return {
        ...rest,
        takenAt: new Date(takenAtMs),
        expiresAt: new Date(expiresAtMs),
        outcomeAt: outcomeAtMs === null ? null : new Date(outcomeAtMs),
        fingerprint: fingerprint === null ? null : new Binary(Buffer.from(fingerprint, 'base64')),
        inProgressAt: null,
      };
    }
    case 'document':
      return {
        revision: revisionAfter(line.revision, nowMs),
        at: new Date(line.atMs),
        keys: line.keys,
        expiresAt: line.expiresAtMs === null ? null : new Date(line.expiresAtMs),
        body: JSON.stringify(line.body),
      };
    default:
      throw new AppError('internal', 'a line of unknown kind', { cause: line satisfies never });
  }
}
