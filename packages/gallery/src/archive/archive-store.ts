import type { GalleryStore } from '../store.ts';
import type { Head } from '../domain.ts';
import type { ArchiveCounts, ArchiveRecord, RecordOf } from './archive-lines.ts';

/** Records of one kind (`removed` may be among persons or faces: each kind alone), no id twice. */
export interface ArchiveBatch<K extends ArchiveRecord['kind'] = ArchiveRecord['kind']> {
  kind: K;
  records: RecordOf<K>[];
}

/** Whole galleries in and out of a database. */
export interface ArchiveStore {
  /** Everything of this kind that is not deleted, in pages. */
  read<K extends 'person' | 'face' | 'sighting' | 'last-seen' | 'audit'>(kind: K, signal: AbortSignal): AsyncIterable<RecordOf<K>[]>;
  /** The pictures of these faces, of those that have one. */
  crops(faceIds: readonly string[], signal: AbortSignal): Promise<RecordOf<'crop'>[]>;
  /** How much there is of each kind, tombstones included; null while an earlier `replaceAll` was never finished. */
  counts(signal: AbortSignal): Promise<ArchiveCounts | null>;
  /**
   * Puts this gallery in the place of the one that is there. Other processes see nothing of it before it is complete; on MongoDB
   * the gallery is unavailable to them meanwhile, and stays so if this fails in the middle, until it is done again. `head`: the
   * file's; versions and numbers go on behind the larger of both, so that every process reads everything anew.
   */
  replaceAll(head: Head, batches: AsyncIterable<ArchiveBatch>, signal: AbortSignal): Promise<void>;
}

export interface OpenedArchive {
  archive: ArchiveStore;
  store: GalleryStore;
  close: () => Promise<void>;
}

/** Where a restored gallery goes on: behind everything that was ever given out on either side. */
export function headAfter(before: Head, file: Head): Head {
  return { version: Math.max(before.version, file.version) + 1, nextNumber: Math.max(before.nextNumber, file.nextNumber) };
}
