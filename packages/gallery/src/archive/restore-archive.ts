import { AppError } from '@watchpost/shared/errors';
import type { DocumentToPut } from '@watchpost/shared/documents/document-store';
import { throwIfAborted } from '@watchpost/shared/wait';
import { type ArchiveContent, assertSameContent, createContentTaker } from './archive-content.ts';
import { type ArchiveRead, readArchive } from './archive-file.ts';
import { type ArchiveCounts, type ArchiveLine, type ArchiveScope, isRestored, kindsOf, lineKey } from './archive-lines.ts';
import type { ArchiveBatch, ArchiveParts, ArchiveReader, ForgottenAgain } from './archive-store.ts';
import { linesOf } from './export-archive.ts';
import { type Forgetting, planForgetting, type ToForget } from './forget-in-file.ts';
import { createPeopleOfFile } from './people-of-file.ts';
import { restoreConsent, type RestoredBy, restoreLogEntry } from './restore-log.ts';

const batchSize = 500;
/** Of the lines of a batch as text, characters. */
const batchLength = 4 * 1024 * 1024;

export interface VerifiedArchive extends ArchiveRead {
  /** What it holds, without what had expired by `nowMs`. */
  content: ArchiveContent;
  /** How many lines have expired. */
  expired: number;
}

/**
 * Reads and validates a whole file; resolves to what it holds. `nowMs`: milliseconds since 1970. `see` is shown each line. Rejects with
 * `archive-invalid`, `file-unreadable`.
 */
export async function verifyArchive(
  file: string,
  nowMs: number,
  signal: AbortSignal,
  see?: (line: ArchiveLine) => void,
): Promise<VerifiedArchive> {
  const taker = createContentTaker();
  let expired = 0;
  const lines = readArchive(file);
  for (;;) {
    throwIfAborted(signal);
    const next = await lines.next();
    if (next.done) return { ...next.value, content: taker.content(), expired };
    see?.(next.value);
    if (isRestored(next.value, nowMs)) taker.take(next.value);
    else expired += 1;
  }
}

export interface Restored {
  scope: ArchiveScope;
  counts: ArchiveCounts;
  /** What the file holds that had expired, and was not restored. */
  expired: number;
  /** How many of those who are to be forgotten the file has: they are. */
  forgotten: number;
}

/** How to restore. */
export interface RestoreOptions {
  replace: boolean;
  /** Asked at the last moment; rejects to leave everything as it was. */
  confirm?: () => Promise<void>;
  /** Who are forgotten, where the file has them: nobody sees them come back. */
  forget?: ToForget & Pick<ForgottenAgain, 'stillHolds'>;
  /** Who does it, for the log of changes. Absent: no entry is made. */
  by?: RestoredBy;
}

/**
 * Restores a file: validates all of it, writes it, reads back what was written and compares it with the file, and only then lets others see it.
 * Rejects with `archive-invalid`, `file-unreadable`, `gallery-not-empty` (unless `replace`), `restore-differs`, `gallery-unavailable`: then nothing
 * has changed.
 */
export async function restoreArchive(
  { archive }: Pick<ArchiveParts, 'archive'>,
  file: string,
  { replace, confirm, forget, by }: RestoreOptions,
  signal: AbortSignal,
): Promise<Restored> {
  const nowMs = await archive.nowMs(signal);
  const toForget = forget && forget.personIds.length > 0 ? forget : null;
  const people = createPeopleOfFile();
  const verified = await verifyArchive(file, nowMs, signal, toForget ? (line) => people.take(line) : undefined);
  const { end, scope, expired, exportedAt } = verified;
  await assertEmpty(archive, { replace, scope }, signal);
  const forgetting = toForget && (await planForgetting({ people, lines: readArchive(file), toForget, nowMs }, signal));
  const left = forgetting && whatIsLeft(file, forgetting, nowMs);
  const contentNow = (): ArchiveContent => left?.content() ?? verified.content;
  const check = async (reader: ArchiveReader): Promise<void> => {
    const written = await contentOf(reader, scope, signal);
    assertSameContent(contentNow(), written, kindsOf(scope));
    await confirm?.();
  };
  const forgotten = toForget && forgottenAgain(toForget, forgetting, nowMs);
  const noted = by
    ? (atMs: number): DocumentToPut[] => {
        const { person: people, face: faces, sighting: sightings } = contentNow().counts;
        const said = { scope, exportedAt, counts: { people, faces, sightings }, forgotten: forgetting?.count ?? 0 };
        return [restoreLogEntry(by, said, atMs), ...(by.notGiven ? [restoreConsent(by.notGiven, atMs)] : [])];
      }
    : null;
  const head = { version: end.version, nextNumber: end.nextNumber };
  await archive.replaceAll({ head, scope, check, forgotten, noted }, batched(left?.lines ?? readArchive(file), nowMs), signal);
  return { scope, counts: contentNow().counts, expired, forgotten: forgetting?.count ?? 0 };
}

/** The lines of a file without those of people who are forgotten, and what these lines hold once all were read. */
function whatIsLeft(
  file: string,
  forgetting: Forgetting,
  nowMs: number,
): { lines: AsyncIterable<ArchiveLine>; content: () => ArchiveContent } {
  const taker = createContentTaker();
  async function* lines(): AsyncGenerator<ArchiveLine> {
    for await (const line of forgetting.without(readArchive(file))) {
      if (isRestored(line, nowMs)) taker.take(line);
      yield line;
    }
  }
  return { lines: lines(), content: () => taker.content() };
}

function forgottenAgain(
  { personIds, stillHolds }: Pick<ForgottenAgain, 'personIds' | 'stillHolds'>,
  forgetting: Forgetting | null,
  nowMs: number,
): ForgottenAgain {
  async function* each(lines: readonly ArchiveLine[]): AsyncGenerator<ArchiveLine> {
    yield* lines;
  }
  return {
    personIds,
    stillHolds,
    last: (at) => ({ batches: batched(each(forgetting?.last(at) ?? []), nowMs), entries: forgetting?.entries ?? 0 }),
  };
}

/** What a database holds. */
export async function contentOf(reader: ArchiveReader, scope: ArchiveScope, signal: AbortSignal): Promise<ArchiveContent> {
  const taker = createContentTaker();
  for await (const line of linesOf(reader, scope, signal)) taker.take(line);
  return taker.content();
}

/** Rejects with `gallery-not-empty`, unless it is to be replaced. */
async function assertEmpty(
  archive: ArchiveParts['archive'],
  { replace, scope }: { replace: boolean; scope: ArchiveScope },
  signal: AbortSignal,
): Promise<void> {
  if (replace) return;
  const before = await archive.counts(signal);
  if (before && kindsOf(scope).every((kind) => before[kind] === 0)) return;
  const why = before
    ? `the database has ${before.person} persons, ${before.face} faces, ${before.record} records and ${before.document} documents`
    : 'an earlier restore did not finish';
  throw new AppError('gallery-not-empty', `${why}; --replace overwrites it`);
}

/** Groups consecutive lines of one kind; none twice about the same in a batch. What had expired by `nowMs` is left out. */
export async function* batched(lines: AsyncIterable<ArchiveLine>, nowMs: number): AsyncGenerator<ArchiveBatch> {
  let batch: ArchiveLine[] = [];
  let keys = new Set<string>();
  let length = 0;
  for await (const line of lines) {
    if (!isRestored(line, nowMs)) continue;
    const [first] = batch;
    const isFull = batch.length === batchSize || length > batchLength;
    if (first && (first.kind !== line.kind || isFull || keys.has(lineKey(line)))) {
      yield { kind: first.kind, lines: batch };
      batch = [];
      keys = new Set();
      length = 0;
    }
    batch.push(line);
    keys.add(lineKey(line));
    length += lengthOf(line);
  }
  const [first] = batch;
  if (first) yield { kind: first.kind, lines: batch };
}

/** About as long as its text. */
function lengthOf(line: ArchiveLine): number {
  if ('jpeg' in line) return line.jpeg.length;
  if (line.kind === 'face') return line.embedding.length;
  if (line.kind === 'sighting') return line.faces.reduce((sum, { embedding }) => sum + (embedding?.length ?? 0), 500);
  return 'body' in line ? JSON.stringify(line.body).length : 500;
}
