import type { Box } from '@watchpost/shared/geometry';
import type { RecordedFace } from './records/snapshot-record.ts';
import type { AuditEntry, Changeset, Head, StoredFace, StoredPerson } from './domain.ts';

/** What `changes` hands over, in any order and in pieces. Tombstones (`deleted`) are among them unless everything was asked for. */
export interface ChangeBatch {
  persons: StoredPerson[];
  faces: StoredFace[];
}

/**
 * The truth about persons and faces. All changes form one sequence: `commit` succeeds only for a writer that has seen everything
 * before it. So of many processes that decide at the same moment one goes first, and the others look again at what it did.
 * Methods reject with `gallery-unavailable` when the database does not answer.
 */
export interface GalleryStore {
  /** Where the sequence stands. Finishes first what a crashed process left half done. */
  head(signal: AbortSignal): Promise<Head>;
  /**
   * Everything written after version `since` (0: everything that is not deleted), in batches; resolves to the head that this is
   * complete up to. A batch may hold newer writes too. `embeddings: false` leaves vectors out (empty arrays).
   */
  changes(since: number, options: { embeddings: boolean }, visit: (batch: ChangeBatch) => void, signal: AbortSignal): Promise<Head>;
  /** Makes the changes if nothing was committed since `base`; resolves to the new head, or to null if something was. */
  commit(base: Head, changeset: Changeset, signal: AbortSignal): Promise<Head | null>;
  /** All persons that are not deleted and the ids of all faces that are not: what edits by hand are found by. `faces: false` leaves the ids out (null). */
  census(options: { faces: boolean }, signal: AbortSignal): Promise<{ persons: StoredPerson[]; faceIds: string[] | null }>;
}

/** `changed`: a commit was made. `edited`: somebody wrote past us, by hand. */
export type Hint = 'changed' | 'edited';

/** Hears of changes at once, where the database can tell. */
export interface GalleryFeed {
  /** `push`: `watch` hears of changes. `poll`: there is nothing to listen to. */
  readonly kind: 'push' | 'poll';
  /** Calls `hear` for every change until `signal` aborts; calls `established` when it listens. Rejects when the connection breaks; then watch again. */
  watch(hear: (hint: Hint) => void, established: () => void, signal: AbortSignal): Promise<void>;
}

/** One face of a snapshot as it was decided. */
export interface Sighting {
  box: Box;
  decision: RecordedFace['decision'];
  personId: string | null;
  similarity: number | null;
  /** The reference that was nearest, or the one that this face became. */
  faceId: string | null;
  modelId: string;
  quality: number;
  sizePx: number;
  embedding: Float32Array;
}

/** Who was seen in one snapshot. */
export interface SnapshotSightings {
  snapshotId: string;
  channel: string;
  camera: string | null;
  takenAtMs: number;
  faces: Sighting[];
}

export interface LastSeen {
  atMs: number;
  channel: string;
  camera: string | null;
}

/** The sightings; old ones go by themselves (30 days), when a person was last seen stays. */
export interface SightingStore {
  find(snapshotId: string, signal: AbortSignal): Promise<SnapshotSightings | null>;
  /** Stores them unless the snapshot has some already; resolves to those that are stored, and moves the persons' last seen on. */
  record(sightings: SnapshotSightings, signal: AbortSignal): Promise<SnapshotSightings>;
  /** When and where these persons (null: all) were last seen, by the id that the sightings were recorded with. */
  lastSeen(personIds: readonly string[] | null, signal: AbortSignal): Promise<Map<string, LastSeen>>;
  /** The newest snapshots that show one of these persons, newest first. */
  ofPersons(personIds: readonly string[], limit: number, signal: AbortSignal): Promise<SnapshotSightings[]>;
}

/** What was done to persons, and the clearing up after it. */
export interface AuditStore {
  /** The newest entries, newest first. */
  newest(limit: number, signal: AbortSignal): Promise<AuditEntry[]>;
  /** A face's stored picture, or null. */
  crop(faceId: string, signal: AbortSignal): Promise<Uint8Array | null>;
  /** Erases what was deleted before `beforeMs`: vectors, crops and names, the persons' sightings, and their names in the audit. Resolves to the number of persons and faces. */
  eraseDeleted(beforeMs: number, signal: AbortSignal): Promise<number>;
}

/** One database, opened. */
export interface GalleryDatabase {
  store: GalleryStore;
  feed: GalleryFeed;
  sightings: SightingStore;
  audit: AuditStore;
}
