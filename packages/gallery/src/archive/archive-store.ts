import type { GalleryStore } from '../store.ts';
import type { Head } from '../domain.ts';
import type { ArchiveCounts, ArchiveLine, LineOf } from './archive-lines.ts';

/** What a file keeps of the head. */
export type ArchiveHead = Pick<Head, 'version' | 'nextNumber'>;

/** Records of one kind, no id twice. */
export interface ArchiveBatch<K extends ArchiveLine['kind'] = ArchiveLine['kind']> {
  kind: K;
  lines: LineOf<K>[];
}

/** Reads and replaces a whole gallery. */
export interface ArchiveStore {
  /** Everything of this kind that is not deleted, in pages. */
  read<K extends 'person' | 'face' | 'pair' | 'sighting' | 'last-seen' | 'audit'>(kind: K, signal: AbortSignal): AsyncIterable<LineOf<K>[]>;
  /** The crops of these faces, where there is one. */
  crops(faceIds: readonly string[], signal: AbortSignal): Promise<LineOf<'crop'>[]>;
  /** The number of each kind, tombstones included; null if an earlier `replaceAll` did not finish. */
  counts(signal: AbortSignal): Promise<ArchiveCounts | null>;
  /**
   * Replaces the gallery. Other processes see nothing of it before it is complete; on MongoDB the gallery is unavailable to them
   * meanwhile and, if this fails, until it is done again. `head`: the file's. Versions and numbers continue after the larger of both, and the gallery
   * gets a new epoch, so that every process reads everything again. Nothing counts as edited by hand afterwards.
   */
  replaceAll(head: ArchiveHead, batches: AsyncIterable<ArchiveBatch>, signal: AbortSignal): Promise<void>;
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
