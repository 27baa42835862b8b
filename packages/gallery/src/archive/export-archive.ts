import { type ArchiveEnd, writeArchive } from './archive-file.ts';
import {
  type ArchiveLine,
  type ArchiveScope,
  faceToLine,
  kindsOf,
  type LineOf,
  pairToLine,
  personToLine,
  type StoredKind,
  whenDeleted,
} from './archive-lines.ts';
import type { ArchiveHead, ArchiveParts, ArchiveReader } from './archive-store.ts';

/** How often to catch up with a gallery that keeps changing. */
const maxRounds = 50;
const cropsAtATime = 100;

/** How a file was written. */
export interface Exported extends ArchiveEnd {
  /** False: what changed meanwhile is there as it was when its turn came, each document and record whole. */
  isOneMoment: boolean;
}

/**
 * Writes the whole database, or only the gallery, to a new file while it is in use. Rejects like `writeArchive`, and with
 * `gallery-unavailable`.
 */
export function exportArchive(
  { archive, store }: ArchiveParts,
  file: string,
  { scope = 'everything' }: { scope?: ArchiveScope },
  signal: AbortSignal,
): Promise<Exported> {
  return archive.snapshot(async (reader) => {
    const lines = reader.isOneMoment ? linesOf(reader, scope, signal) : linesOfLater({ reader, store }, scope, signal);
    return { ...(await writeArchive(file, { scope, lines }, signal)), isOneMoment: reader.isOneMoment };
  }, signal);
}

/** Everything that is read at one moment; returns the head. */
export async function* linesOf(reader: ArchiveReader, scope: ArchiveScope, signal: AbortSignal): AsyncGenerator<ArchiveLine, ArchiveHead> {
  for (const kind of kindsOf(scope)) {
    // They follow their faces.
    if (kind === 'crop') continue;
    for await (const page of reader.read(kind, signal)) {
      yield* page;
      if (kind === 'face') yield* await cropsOf(reader, page, signal);
    }
  }
  return reader.head;
}

async function* cropsInPages(reader: ArchiveReader, ids: readonly string[], signal: AbortSignal): AsyncGenerator<ArchiveLine> {
  for (let from = 0; from < ids.length; from += cropsAtATime) yield* await reader.crops(ids.slice(from, from + cropsAtATime), signal);
}

async function cropsOf(reader: ArchiveReader, faces: readonly ArchiveLine[], signal: AbortSignal): Promise<ArchiveLine[]> {
  const ids = faces.map(({ id }) => id);
  const found: ArchiveLine[] = [];
  for await (const line of cropsInPages(reader, ids, signal)) found.push(line);
  return found;
}

/** Read before the persons, so that they never refer to one who is missing in the file. */
const first: readonly StoredKind[] = ['sighting', 'last-seen'];
/** Read last: the audit so that it has every wish to be forgotten of which the persons tell. */
const changing: readonly StoredKind[] = ['person', 'face', 'pair', 'crop', 'audit'];

/** Everything, read one after the other, and then the changes of people that were made meanwhile. */
async function* linesOfLater(
  { reader, store }: { reader: ArchiveReader; store: ArchiveParts['store'] },
  scope: ArchiveScope,
  signal: AbortSignal,
): AsyncGenerator<ArchiveLine, ArchiveHead> {
  for (const kind of [...first, ...kindsOf(scope).filter((each) => !first.includes(each) && !changing.includes(each))])
    if (kind !== 'crop') for await (const page of reader.read(kind, signal)) yield* page;
  let head = await store.head(signal);
  const faces = new Set<string>();
  for await (const page of reader.read('person', signal)) yield* page;
  for await (const page of reader.read('face', signal)) {
    for (const { id } of page) faces.add(id);
    yield* page;
  }
  for await (const page of reader.read('pair', signal)) yield* page;
  for (let round = 0; round < maxRounds; round += 1) {
    const since = head.version;
    // By the database's clock: it decides when what is deleted is erased.
    const deletedMs = Math.floor(head.nowMs);
    const changed: ArchiveLine[] = [];
    head = await store.changes(
      since,
      { embeddings: true },
      (batch) => {
        for (const person of batch.persons) changed.push(personToLine(person, whenDeleted(person.deleted, deletedMs)));
        for (const face of batch.faces) {
          const isErased = face.deleted && face.embedding.length === 0;
          if (isErased) faces.delete(face.id);
          else faces.add(face.id);
          changed.push(isErased ? { kind: 'removed', of: 'face', id: face.id } : faceToLine(face, whenDeleted(face.deleted, deletedMs)));
        }
        for (const pair of batch.pairs) changed.push(pairToLine(pair, whenDeleted(pair.deleted, deletedMs)));
      },
      signal,
    );
    yield* changed;
    if (head.version === since) break;
  }
  yield* cropsInPages(reader, [...faces], signal);
  yield* auditUpTo(reader, head.version, signal);
  return { version: head.version, nextNumber: head.nextNumber };
}

/** The audit as it was at this version: without later entries, and without what these undid. */
async function* auditUpTo(reader: ArchiveReader, version: number, signal: AbortSignal): AsyncGenerator<LineOf<'audit'>> {
  const undone: LineOf<'audit'>[] = [];
  const undoneLater = new Set<string | null>();
  for await (const page of reader.read('audit', signal)) {
    for (const line of page) {
      if (line.version > version) undoneLater.add(line.undoes);
      else if (line.undone) undone.push(line);
      else yield line;
    }
  }
  for (const line of undone) yield { ...line, undone: !undoneLater.has(line.id) };
}
