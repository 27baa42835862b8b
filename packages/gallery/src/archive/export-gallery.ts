import { type ArchiveEnd, writeArchive } from './archive-file.ts';
import { type ArchiveLine, faceToLine, pairToLine, personToLine } from './archive-lines.ts';
import type { ArchiveHead, ArchiveParts } from './archive-store.ts';

/** How often to catch up with a gallery that keeps changing. */
const maxRounds = 50;
const cropsAtATime = 100;

/** Writes the whole gallery to a new file while it is in use, with the changes made meanwhile. Rejects like `writeArchive`, and with `gallery-unavailable`. */
export function exportGallery(database: ArchiveParts, file: string, signal: AbortSignal): Promise<ArchiveEnd> {
  return writeArchive(file, allLines(database, signal), signal);
}

/** Sightings and the audit come before the persons, so that they never refer to a person who is missing in the file. */
async function* allLines({ archive, store }: ArchiveParts, signal: AbortSignal): AsyncGenerator<ArchiveLine, ArchiveHead> {
  for (const kind of ['sighting', 'last-seen', 'audit'] as const) for await (const page of archive.read(kind, signal)) yield* page;
  let head = await store.head(signal);
  const faces = new Set<string>();
  for await (const page of archive.read('person', signal)) yield* page;
  for await (const page of archive.read('face', signal)) {
    for (const { id } of page) faces.add(id);
    yield* page;
  }
  for await (const page of archive.read('pair', signal)) yield* page;
  for (let round = 0; round < maxRounds; round += 1) {
    const since = head.version;
    const changed: ArchiveLine[] = [];
    head = await store.changes(
      since,
      { embeddings: true },
      (batch) => {
        for (const person of batch.persons)
          changed.push(person.deleted ? { kind: 'removed', of: 'person', id: person.id } : personToLine(person));
        for (const face of batch.faces) {
          if (face.deleted) faces.delete(face.id);
          else faces.add(face.id);
          changed.push(face.deleted ? { kind: 'removed', of: 'face', id: face.id } : faceToLine(face));
        }
        for (const pair of batch.pairs) changed.push(pair.deleted ? { kind: 'removed', of: 'pair', id: pair.id } : pairToLine(pair));
      },
      signal,
    );
    yield* changed;
    if (head.version === since) break;
  }
  const ids = [...faces];
  for (let from = 0; from < ids.length; from += cropsAtATime) yield* await archive.crops(ids.slice(from, from + cropsAtATime), signal);
  return { version: head.version, nextNumber: head.nextNumber };
}
