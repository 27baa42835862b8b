import type { AuditEntry, Changeset, Head, LastSeen, SnapshotSightings, StoredFace, StoredPerson } from './domain.ts';

/** A batch of changes, in any order. Deleted persons and faces are included, except when reading from version 0. */
export interface ChangeBatch {
  persons: StoredPerson[];
  faces: StoredFace[];
}

/**
 * The truth about persons and faces. All changes form one sequence: `commit` succeeds only if the writer has seen everything
 * before it. When many processes decide at the same moment, one commits and the others decide again with its change.
 * Methods reject with `gallery-unavailable` when the database does not answer.
 */
export interface GalleryStore {
  /** The current head. First completes a change that a crashed process left half applied. */
  head(signal: AbortSignal): Promise<Head>;
  /**
   * Everything written after version `since` (0: everything that is not deleted), in batches. Resolves to the head up to which
   * this is complete; a batch may contain newer writes too. `embeddings: false` leaves vectors out (empty arrays).
   */
  changes(since: number, options: { embeddings: boolean }, visit: (batch: ChangeBatch) => void, signal: AbortSignal): Promise<Head>;
  /** Applies the changeset if nothing was committed since `base`. Resolves to the new head, or to null on a conflict. */
  commit(base: Head, changeset: Changeset, signal: AbortSignal): Promise<Head | null>;
  /** A face's stored picture, or null. */
  crop(faceId: string, signal: AbortSignal): Promise<Uint8Array | null>;
  /** All persons and the ids of all faces that are not deleted, to find edits made by hand. `faces: false` leaves the ids out (null). */
  inventory(options: { faces: boolean }, signal: AbortSignal): Promise<Inventory>;
}

export interface Inventory {
  persons: StoredPerson[];
  faceIds: string[] | null;
}

/** `changed`: a commit. `edited`: somebody edited the database by hand. */
export type ChangeEvent = 'changed' | 'edited';

/** Notifications of changes, where the database has them. */
export interface GalleryFeed {
  /** `push`: `watch` reports changes. `poll`: the database cannot notify. */
  readonly kind: 'push' | 'poll';
  /** Calls `onChange` for every change until `signal` aborts, and `onEstablished` once it listens. Rejects when the connection breaks; call it again then. */
  watch(onChange: (event: ChangeEvent) => void, onEstablished: () => void, signal: AbortSignal): Promise<void>;
}

/** The sightings. They expire (after 30 days by default); when a person was last seen is kept. */
export interface SightingStore {
  find(snapshotId: string, signal: AbortSignal): Promise<SnapshotSightings | null>;
  /** Stores the sightings unless the snapshot already has some, and updates when the persons were last seen. Resolves to the stored sightings. */
  record(sightings: SnapshotSightings, signal: AbortSignal): Promise<SnapshotSightings>;
  /** When and where these persons (null: all) were last seen, by the person id in the sighting. */
  lastSeen(personIds: readonly string[] | null, signal: AbortSignal): Promise<Map<string, LastSeen>>;
  /** The newest snapshots that show one of these persons, newest first. */
  ofPersons(personIds: readonly string[], limit: number, signal: AbortSignal): Promise<SnapshotSightings[]>;
}

/** The audit. `GalleryStore.commit` writes it. */
export interface AuditStore {
  /** The newest entries, newest first. */
  newest(limit: number, signal: AbortSignal): Promise<AuditEntry[]>;
}

/** Removes deleted data for good. */
export interface Eraser {
  /** Erases everything deleted before `beforeMs`: vectors, crops, names, sightings, and names in the audit. Resolves to the number of persons and faces. */
  eraseDeleted(beforeMs: number, signal: AbortSignal): Promise<number>;
}
