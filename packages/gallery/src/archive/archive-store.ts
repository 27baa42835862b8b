import type { DocumentToPut } from '@watchpost/shared/documents/document-store';
import type { GalleryStore } from '../store.ts';
import type { Head } from '../domain.ts';
import type { ArchiveCounts, ArchiveLine, ArchiveScope, LineOf, StoredKind } from './archive-lines.ts';

/** What a file keeps of the head. */
export type ArchiveHead = Pick<Head, 'version' | 'nextNumber'>;

/** Lines of one kind, no two about the same. */
export interface ArchiveBatch<K extends ArchiveLine['kind'] = ArchiveLine['kind']> {
  kind: K;
  lines: LineOf<K>[];
}

/** Reads a whole database. */
export interface ArchiveReader {
  /** The gallery's head when reading began. */
  head: ArchiveHead;
  /** True: all that is read is of that moment. False: what changes meanwhile is read as it is by then. */
  isOneMoment: boolean;
  /** Everything of this kind that is not erased, in pages, what is only deleted too; of documents, those of families that are backed up. */
  read<K extends Exclude<StoredKind, 'crop'>>(kind: K, signal: AbortSignal): AsyncIterable<LineOf<K>[]>;
  /** The crops of these faces, where there is one. */
  crops(faceIds: readonly string[], signal: AbortSignal): Promise<LineOf<'crop'>[]>;
}

export interface Replacement {
  /** The file's. */
  head: ArchiveHead;
  /** `gallery`: records and documents stay as they are. */
  scope: ArchiveScope;
  /** Looks at what was written before anybody else can see it; if it rejects, nothing has changed. */
  check: (reader: ArchiveReader) => Promise<void>;
  /** Null: nobody. */
  forgotten: ForgottenAgain | null;
  /** The documents that tell of it, at `nowMs` by the database's clock: they come in the same moment as all else. Null: none is kept. */
  noted: ((nowMs: number) => readonly DocumentToPut[]) | null;
}

/** After which version, and when by the database's clock, milliseconds since 1970. */
export interface Moment {
  version: number;
  nowMs: number;
}

/** Who are forgotten in the moment in which a file would bring them back. */
export interface ForgottenAgain {
  /** Whether or not the file has them: whoever restores anew after an interruption must know them. */
  personIds: readonly string[];
  /** Asked when nobody else can change anything before all is replaced; rejects where somebody else was forgotten since: nothing has changed then. */
  stillHolds: () => Promise<void>;
  /** What is written last, after the check: what is deleted, and entries of the audit with the versions that follow. `entries`: how many. */
  last: (at: Moment) => { batches: AsyncIterable<ArchiveBatch>; entries: number };
}

/** Reads and replaces a whole database. */
export interface ArchiveStore {
  /**
   * Reads the database while others write: on PostgreSQL and on a replica set of MongoDB as it is at one moment. A standalone MongoDB keeps no
   * earlier moments. Rejects with `gallery-unavailable`.
   */
  snapshot<T>(use: (reader: ArchiveReader) => Promise<T>, signal: AbortSignal): Promise<T>;
  /**
   * The number of each kind, tombstones included; families that are not backed up left out, and what only tells of earlier restores. Null if an
   * earlier `replaceAll` did not finish.
   */
  counts(signal: AbortSignal): Promise<ArchiveCounts | null>;
  /** By the database's clock, which says what has expired: milliseconds since 1970. */
  nowMs(signal: AbortSignal): Promise<number>;
  /** Whom an earlier `replaceAll` was to forget that did not finish; null: there is none. */
  unfinished(signal: AbortSignal): Promise<readonly string[] | null>;
  /**
   * Replaces the database. Other processes see nothing of it before it is complete and checked. Where it is interrupted, nothing has changed;
   * on MongoDB, if that happens in its last moment, the gallery is unavailable until it is done again. Versions and numbers continue
   * after the larger of both, and the gallery and the documents get a new epoch, so that every process reads everything again. Nothing
   * counts as edited by hand afterwards.
   */
  replaceAll(replacement: Replacement, batches: AsyncIterable<ArchiveBatch>, signal: AbortSignal): Promise<void>;
}

/** The parts of a database that export and restore need. */
export interface ArchiveParts {
  archive: ArchiveStore;
  store: GalleryStore;
}

/** The head after a restore: after every version and number that either side has used. */
export function headAfter(before: ArchiveHead, file: ArchiveHead): ArchiveHead {
  return { version: Math.max(before.version, file.version) + 1, nextNumber: Math.max(before.nextNumber, file.nextNumber) };
}

/**
 * A document's revision after a restore, at `nowMs`: higher than any that a process may have read before, so that it overwrites nothing with what
 * it knows. What was written once stays as it is: it never changes.
 */
export const revisionAfter = (revision: number, nowMs: number): number =>
  revision === 1 ? 1 : Math.max(revision + 1, Math.floor(nowMs / 1_000));
