import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import { type ArchiveEnd, readArchive } from './archive-file.ts';
import { type ArchiveCounts, type ArchiveLine } from './archive-lines.ts';
import type { ArchiveBatch, ArchiveParts } from './archive-store.ts';

const batchSize = 200;

/** Reads and validates a whole file; resolves to its last line and the number of each kind. Rejects with `archive-invalid`, `file-unreadable`. */
export async function verifyArchive(file: string, signal: AbortSignal): Promise<{ end: ArchiveEnd; holds: ArchiveCounts }> {
  const all = {
    person: new Set<string>(),
    face: new Set<string>(),
    pair: new Set<string>(),
    crop: new Set<string>(),
    sighting: new Set<string>(),
    'last-seen': new Set<string>(),
    audit: new Set<string>(),
  };
  const lines = readArchive(file);
  for (;;) {
    throwIfAborted(signal);
    const next = await lines.next();
    if (next.done) {
      const { person, face, pair, crop, sighting, 'last-seen': seen, audit } = all;
      const gallery = { person: person.size, face: face.size, pair: pair.size, crop: crop.size };
      return { end: next.value, holds: { ...gallery, sighting: sighting.size, 'last-seen': seen.size, audit: audit.size } };
    }
    const line = next.value;
    if (line.kind === 'removed') all[line.of].delete(line.id);
    else all[line.kind].add(line.id);
  }
}

/**
 * Restores the gallery of a file: validates the whole file, writes it, then compares the counts. Resolves to the number of each kind.
 * Rejects with `archive-invalid`, `file-unreadable`, `gallery-not-empty` (unless `replace`), `gallery-unavailable`.
 */
export async function restoreGallery(
  { archive }: Pick<ArchiveParts, 'archive'>,
  file: string,
  { replace }: { replace: boolean },
  signal: AbortSignal,
): Promise<ArchiveCounts> {
  const { end, holds } = await verifyArchive(file, signal);
  const before = await archive.counts(signal);
  if (!replace && (before === null || Object.values(before).some((count) => count > 0))) {
    const why = before ? `the gallery has ${before.person} persons and ${before.face} faces` : 'an earlier restore did not finish';
    throw new AppError('gallery-not-empty', `${why}; --replace overwrites it`);
  }
  await archive.replaceAll({ version: end.version, nextNumber: end.nextNumber }, batched(readArchive(file), batchSize), signal);
  const after = await archive.counts(signal);
  // Sightings may have expired or been added since.
  const wrong = (['person', 'face', 'pair', 'crop', 'audit'] as const).filter((kind) => after?.[kind] !== holds[kind]);
  if (wrong.length > 0) throw new AppError('internal', `after restoring, these counts differ from the file: ${wrong.join(', ')}`);
  return holds;
}

/** Groups consecutive lines of one kind; no id twice in a batch. */
export async function* batched(lines: AsyncIterable<ArchiveLine>, size: number): AsyncGenerator<ArchiveBatch> {
  let batch: ArchiveLine[] = [];
  let ids = new Set<string>();
  for await (const line of lines) {
    const [first] = batch;
    if (first && (first.kind !== line.kind || batch.length === size || ids.has(line.id))) {
      yield { kind: first.kind, lines: batch };
      batch = [];
      ids = new Set();
    }
    batch.push(line);
    ids.add(line.id);
  }
  const [first] = batch;
  if (first) yield { kind: first.kind, lines: batch };
}
