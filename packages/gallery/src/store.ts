import type {
  AuditEntry,
  Changeset,
  HandEdits,
  Head,
  LastSeen,
  SnapshotSightings,
  StoredFace,
  StoredPair,
  StoredPerson,
} from './domain.ts';

/** A document or row that somebody edited so that it cannot be read as it is. */
export interface Fault {
  kind: 'person' | 'face' | 'pair';
  id: string;
  /** What is wrong, in words: `the name is a number`. */
  problem: string;
}

/** A batch of changes, in any order. Deleted persons, faces and pairs are included, except when reading from version 0. */
export interface ChangeBatch {
  /** With the best that can be read of those that have a fault. */
  persons: StoredPerson[];
  /** Without those that cannot be used. */
  faces: StoredFace[];
  pairs: StoredPair[];
  /** What could not be read as it is. */
  faults: Fault[];
}

/** The most documents or rows in one batch: to parse a hundred faces takes some 10 ms before the code is warm, and jobs wait meanwhile. */
export const batchFaces = 100;
/** The most edits by hand that are read at once, of persons and of faces: somebody may have edited all with one command. */
export const mostEdits = 300;
/** The most ids in one page. */
export const pageIds = 1_000;

/** No gallery reaches this version: what has a higher one was edited by hand. Whole numbers are exact up to twice that. */
export const highestVersion = 2 ** 52;

/**
 * The truth about persons, faces and pairs. All changes form one sequence: `commit` succeeds only if the writer has seen everything
 * before it. When many processes decide at the same moment, one commits and the others decide again with its change.
 * Methods reject with `gallery-unavailable` when the database does not answer or is blocked, with `gallery-refused` when it will never take
 * the data, and with `database-newer` while the gallery is kept by a newer release.
 */
export interface GalleryStore {
  /** The current head. First completes a change that a crashed process left half applied. */
  head(signal: AbortSignal): Promise<Head>;
  /**
   * Everything written after version `since` (0: everything that is not deleted), in batches of at most `batchFaces` faces. Resolves to
   * the head up to which this is complete; a batch may contain newer writes too. `embeddings: false` leaves vectors out (empty arrays).
   */
  changes(since: number, options: { embeddings: boolean }, visit: (batch: ChangeBatch) => void, signal: AbortSignal): Promise<Head>;
  /**
   * Applies the changeset if nothing was committed since `base`, and notes the commit under `id` in the head. Resolves to the new head;
   * to `conflict` if another commit came first; to `edited` if it would overwrite what somebody edited by hand: adopt that first. A
   * rejection leaves open whether it was applied, unless it is `gallery-refused`.
   */
  commit(base: Head, changeset: Changeset, id: string, signal: AbortSignal): Promise<Head | 'conflict' | 'edited'>;
  /** A face's stored picture, or null. */
  crop(faceId: string, signal: AbortSignal): Promise<Uint8Array | null>;
  /** These faces, or all faces of these persons, as they are now; without deleted ones. */
  faces(
    which: { ids: readonly string[] } | { personIds: readonly string[] },
    options: { embeddings: boolean },
    signal: AbortSignal,
  ): Promise<StoredFace[]>;
  /** What somebody edited or added by hand and that no commit has adopted yet, at most `mostEdits` of each kind. Cheap: asked often. */
  edits(signal: AbortSignal): Promise<HandEdits>;
  /** The ids of all persons (all faces) that are not deleted, in pages of at most `pageIds`. */
  ids(kind: 'person' | 'face', visit: (page: string[]) => void, signal: AbortSignal): Promise<void>;
  /** A number that falls when somebody removes persons or faces by hand, cheap to read; other things may change it too. */
  sizeHint(signal: AbortSignal): Promise<number>;
}

/** Finds and repairs what people left behind who edited the database by hand. */
export interface Repairs {
  /** Everything that cannot be read as it is. */
  faults(signal: AbortSignal): Promise<Fault[]>;
  /** Writes what was read in place of what could not be read, and removes what cannot be used. */
  repair(faults: readonly Fault[], signal: AbortSignal): Promise<void>;
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

/** A picture of one face of a snapshot, kept for people: a stranger who waits for a name, a face that nobody is sure of. */
export interface SightingCrop {
  position: number;
  jpeg: Uint8Array;
}

/** The sightings. They expire (after 30 days by default), with their crops; when a person was last seen is kept. */
export interface SightingStore {
  find(snapshotId: string, signal: AbortSignal): Promise<SnapshotSightings | null>;
  /** Those of several snapshots, as far as there are any, in any order. One query. */
  findAll(snapshotIds: readonly string[], signal: AbortSignal): Promise<SnapshotSightings[]>;
  /** Stores the sightings unless the snapshot already has some, and updates when the persons were last seen. Resolves to the stored sightings. */
  record(sightings: SnapshotSightings, crops: readonly SightingCrop[], signal: AbortSignal): Promise<SnapshotSightings>;
  /** The picture of one face of a snapshot, or null. */
  crop(snapshotId: string, position: number, signal: AbortSignal): Promise<Uint8Array | null>;
  /** When and where these persons (null: all) were last seen, by the person id in the sighting. */
  lastSeen(personIds: readonly string[] | null, signal: AbortSignal): Promise<Map<string, LastSeen>>;
  /** The newest snapshots that show one of these persons, newest first (of one moment: by id, descending). `after`: those that follow this one in that order. */
  ofPersons(
    personIds: readonly string[],
    limit: number,
    signal: AbortSignal,
    after?: Pick<SnapshotSightings, 'takenAtMs' | 'snapshotId'>,
  ): Promise<SnapshotSightings[]>;
}

/** In how many snapshots somebody was seen within each quarter of an hour, and by each camera: in no particular order, none that is 0. */
export interface SeenCounts {
  /** `atMs`: when the quarter began, milliseconds since 1970. */
  quarters: { atMs: number; snapshots: number }[];
  cameras: { channel: string; camera: string | null; snapshots: number }[];
}

/** A face of which nobody is sure whose it is. */
export interface UnsureFace extends Pick<SnapshotSightings, 'snapshotId' | 'channel' | 'camera' | 'takenAtMs'> {
  position: number;
  /** Who it may be: the id in the sighting. */
  personId: string;
  similarity: number | null;
}

/** What is counted of the sightings, and found in them, for people who look through them. An uncertain face counts only if a reader said whose it is. */
export interface SightingOverview {
  /** In how many snapshots each of these persons (null: everybody) was seen, by the person id in the sighting. Everybody: seconds where there are a million. */
  counts(personIds: readonly string[] | null, signal: AbortSignal): Promise<Map<string, number>>;
  /** When and where these persons were seen. */
  whenSeen(personIds: readonly string[], signal: AbortSignal): Promise<SeenCounts>;
  /** The newest faces that were taken for somebody, though not surely, and of which no reader said whose they are; newest first. `after`: those that follow this one. */
  unsure(limit: number, signal: AbortSignal, after?: Pick<UnsureFace, 'takenAtMs' | 'snapshotId' | 'position'>): Promise<UnsureFace[]>;
}

/** Which entries of the audit: all conditions hold together. */
export interface AuditQuery {
  /** Of this actor's id. */
  actor?: string;
  /** Of versions below this one. */
  below?: number;
  /** That concern one of these persons. */
  persons?: readonly string[];
}

/** A change as `AuditStore.concerned` tells it. `action`: a newer release may know others. */
export interface ConcernedPersons extends Pick<AuditEntry, 'id' | 'version' | 'personIds'> {
  action: string;
}

/** The audit. `GalleryStore.commit` writes it. */
export interface AuditStore {
  /** The newest entries, newest first. */
  newest(limit: number, which: AuditQuery, signal: AbortSignal): Promise<AuditEntry[]>;
  /** The changes after this version, oldest first: which, what was done, and the persons whom they concerned. Light, however large the changes. */
  concerned(after: number, limit: number, signal: AbortSignal): Promise<ConcernedPersons[]>;
  /** The entries whose id begins like this, at most two. */
  find(idStart: string, signal: AbortSignal): Promise<AuditEntry[]>;
}

/** How long what is deleted or outdated is kept, milliseconds, by the database's clock. */
export interface Retention {
  /** Deleted persons, faces and pairs, until they are erased. */
  deletedMs: number;
  auditMs: number;
  /** Persons that were merged into another one, as long as a sighting may name them. */
  mergedMs: number;
}

/** Removes deleted data for good. */
export interface Eraser {
  /**
   * Erases everything deleted long enough ago: vectors, crops, names, sightings, and names in the audit. Later calls erase what was
   * written late for persons erased before. Removes old audit entries and merged persons. Resolves to the number of persons and faces erased.
   */
  erase(retention: Retention, signal: AbortSignal): Promise<number>;
}

/** Nobody takes the right to keep house for longer, milliseconds: whoever seems to have done so took it while the database's clock was ahead. */
export const longestUpkeepMs = 600_000;

/** Who keeps house. One process at a time does. */
export interface Upkeep {
  /**
   * Takes or renews the right to keep house for `ms` by the database's clock. Resolves to the version up to which faces were compared
   * with others, or to null while another holder has the right.
   */
  lease(holder: string, ms: number, signal: AbortSignal): Promise<{ comparedUpTo: number } | null>;
  /** Notes how far the faces were compared. */
  compared(holder: string, upTo: number, signal: AbortSignal): Promise<void>;
}
