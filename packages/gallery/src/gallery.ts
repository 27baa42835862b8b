import type { Box } from '@watchpost/shared/geometry';
import type { Actor, AuditEntry, FaceDecision, LastSeen, NotedAction, PersonStatus, Sighting } from './domain.ts';
import type { GalleryPosition } from './position.ts';

/** A person as commands and posts show it. */
export interface Person {
  id: string;
  status: PersonStatus;
  /** "Ada", or "Unknown 12". */
  name: string;
  /** The number of an unknown, kept when it is named. */
  number: number | null;
  faces: number;
  lastSeen: LastSeen | null;
  /** Whom an unknown may be, though not surely. `merge` says that they are the same, `distinguish` that they are not. */
  mayBe: { id: string; name: string } | null;
}

/** A face to identify. */
export interface ProbeFace {
  box: Box;
  embedding: Float32Array;
  modelId: string;
  /** 0..1. */
  quality: number;
  /** See SeenFace.sizePx. */
  sizePx: number;
  /** A small JPEG, stored with a face that becomes a reference, so that another model can embed it later. */
  crop?: Uint8Array;
}

/** The answer for one face. */
export interface MatchedFace {
  decision: FaceDecision;
  /** `match`: the person. `unknown`: the Unknown N, new or seen before. `uncertain`: the nearest person, never to be shown as a name. Otherwise null. */
  person: { id: string; status: PersonStatus; name: string } | null;
  similarity: number | null;
}

/** The snapshot that faces were found in: which one, from where, and when. */
export interface SnapshotInfo {
  snapshotId: string;
  channel: string;
  camera: string | null;
  takenAtMs: number;
  /** Of this camera, see STRANGERS_NAMED_ONE_IN; absent: as everywhere. */
  strangersNamedOneIn?: number;
}

/** A face of a recorded snapshot: what was decided, and what of. */
export interface SightedFace extends Pick<Sighting, 'box' | 'decision' | 'similarity' | 'quality' | 'sizePx' | 'saidBy' | 'evidence'> {
  /** Which of the snapshot's faces, from 0. */
  position: number;
  /** Whose it is, as that person is now. */
  person: MatchedFace['person'];
  /** What the persons in `evidence` are called now; null if there was none, or it is gone. */
  best: string | null;
  second: string | null;
  /** Whom that person, an unknown, may be. */
  mayBe: string | null;
}

/** How far a process knows the gallery. */
export interface GalleryProgress {
  /** How far this process knows the gallery. After `recognise`, whoever has reached this position knows the persons that it answered. */
  position(): GalleryPosition;
  /**
   * Resolves when this process knows the gallery up to a position that another one had; reads the database at once if it does not.
   * Nothing is waited for that the database no longer has: another history, or a person who was forgotten. Rejects with `gallery-unavailable`.
   */
  reached(position: GalleryPosition, signal: AbortSignal): Promise<void>;
}

/** The gallery as jobs and commands use it. */
export interface Gallery extends GalleryProgress {
  /** Resolves when the whole gallery is in memory; until then nobody may be called unknown. Rejects with `database-newer` if it would wait for an update, and with `gallery-unavailable` if the database cannot be read for ten seconds. */
  ready(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  /** Whether it is not ready because a newer release keeps the gallery: this process must be updated. */
  isOutdated(): boolean;
  /**
   * Decides about all faces of a snapshot together (a person appears at most once), creates a new Unknown N for a good face that
   * matches no one (only one, however many workers see it), and records the sightings. Calling it again for the same snapshot
   * returns the same answer and records nothing twice.
   */
  recognise(snapshot: SnapshotInfo, faces: readonly ProbeFace[], signal: AbortSignal): Promise<MatchedFace[]>;
  /** The faces of a snapshot, with what each decision was made of. Rejects with `change-refused` if the snapshot has none, or is too old. */
  explain(snapshotId: string, signal: AbortSignal): Promise<SightedFace[]>;
  people(signal: AbortSignal): Promise<Person[]>;
  /** One person as it is now (after a merge: the person that it became), or null. */
  person(id: string, signal: AbortSignal): Promise<Person | null>;
  close(): Promise<void>;
}

/** What can be done to persons. A person is given by its id (the first eight characters suffice), or by a name that only one person has. */
export type Operation =
  /** `from`: what whoever names the person saw as its name. It is refused if that is not its name any more. */
  | { kind: 'name'; person: string; to: string; from?: string | undefined }
  /** Adds a name that finds the person; `remove` removes it. */
  | { kind: 'alias'; person: string; alias: string; remove?: boolean }
  /** Merges two persons. A named person absorbs an unknown (ignored or not), the older unknown the younger; of two of one name the older the younger; otherwise `into` absorbs `from`, whose name becomes an alias. One name that exactly two persons have may be given twice. */
  | { kind: 'merge'; from: string; into: string }
  /** Two persons are not the same: neither is ever merged into the other by itself, nor said to be perhaps the other. */
  | { kind: 'distinguish'; person: string; other: string }
  /** Moves these faces, and the sightings matched by them that no reader corrected, to a new Unknown, who is not the same person. */
  | { kind: 'split'; person: string; faceIds: string[] }
  /** An ignored person is recognised but never reported; similar faces become uncertain. */
  | { kind: 'ignore' | 'unignore'; person: string }
  /** Deletes the person, its sightings, and every face that shows it, whoever learnt from it: hidden at once, erased when it can no longer be undone. */
  | { kind: 'forget'; person: string }
  /** Corrects one face of a snapshot: it is this person or, with null, not the person it was matched to. The gallery unlearns what contradicts, and learns from both. */
  | { kind: 'assign'; snapshotId: string; position: number; person: string | null }
  /**
   * Says whose face this is: a person's, or that of somebody new. If it is surely an unknown's, the unknown is that person: it is merged
   * into the person, or gets the name. Only this face is meant if the two are known not to be the same, or the face was anybody else's.
   */
  | { kind: 'this-is'; snapshotId: string; position: number; person: { id: string } | { name: string } }
  /** Removes one of the person's faces, a reference or a negative, with its counterparts of other models. What it was matched to stays. Not the last reference of an unknown. */
  | { kind: 'remove-face'; person: string; faceId: string }
  /** Says that this is no face. It becomes nobody's, what was learnt from it goes, and so does an unknown who is known from it only. */
  | { kind: 'dismiss'; snapshotId: string; position: number };

/** As the audit calls an operation: by a word that every release reads. */
export function actionOf({ kind }: Operation): AuditEntry['action'] {
  if (kind === 'this-is') return 'assign';
  return kind === 'remove-face' ? 'dismiss' : kind;
}

/** Two persons of one name: probably one, entered twice by hand. */
export interface Suggestion {
  kind: 'merge';
  from: { id: string; name: string };
  into: { id: string; name: string };
}

/**
 * Operations on persons, the same for the command line and for buttons in posts. Each is atomic, leaves an audit entry, and can be undone for ten minutes.
 * Reject with `person-not-found`, `name-taken`, `name-invalid`, `change-refused` (all permanent), `gallery-unavailable`.
 */
export interface PeopleOperations {
  apply(operation: Operation, by: Actor, signal: AbortSignal): Promise<AuditEntry>;
  /**
   * Undoes the newest change of this actor (null), or the one whose audit entry's id begins like this (six characters or more). Whoever
   * undoes a merge says that the two are not the same. Rejects with `change-refused` if it is too late, a later change depends on it,
   * or somebody whom it concerns was forgotten since; with `name-taken` if somebody else has got the name since.
   */
  undo(entryId: string | null, by: Actor, signal: AbortSignal): Promise<AuditEntry>;
  /**
   * Leaves an entry in the audit that concerns the person, and changes nothing in the gallery; whoever follows the changes says anew what
   * shows the person. `words` follow the name: `consent given`. It cannot be undone.
   */
  note(person: string, noted: { action: NotedAction; words: string }, by: Actor, signal: AbortSignal): Promise<AuditEntry>;
  /** The newest audit entries, newest first. */
  history(limit: number, signal: AbortSignal): Promise<AuditEntry[]>;
  /** What somebody may want to do, as far as memory knows. */
  suggestions(): Suggestion[];
}

/** How long a change can be undone, milliseconds. Deleted data is erased a minute later. */
export const undoMs = 10 * 60_000;
