import type { MatchedFace, Person, ProbeFace, SightedFace } from './gallery.ts';

/** A face of a recorded snapshot with its embedding. */
export interface ComparableFace extends SightedFace {
  /** Unit length; empty once it was erased. */
  embedding: Float32Array;
  modelId: string;
  /** The person whom `mayBe` names. */
  mayBeId: string | null;
}

/** Whether two faces show the same person, as far as their similarity tells. `unclear`: it does not. */
export type Likeness = 'same' | 'different' | 'unclear';

/** What a change did to persons. */
export interface PersonsChanged {
  /** The gallery's version up to which this is complete: where to go on. */
  version: number;
  /** Whose name, standing or faces changed; those that were merged and those that they became. */
  personIds: string[];
}

/** What posts, dialogs and answers ask the gallery. */
export interface GalleryQuestions {
  /** The faces of several snapshots as they are known now, whatever a record says. A snapshot that has none, or is too old, is left out. */
  seenIn(snapshotIds: readonly string[], signal: AbortSignal): Promise<Map<string, ComparableFace[]>>;
  /** Whether two faces of different snapshots show the same person. `unclear` also for different models and erased faces. */
  alike(one: ComparableFace, other: ComparableFace): Likeness;
  /**
   * People for a type-ahead, from memory: whose name, alias or number begins like this text, then those of whom any word does, then
   * those that contain it; named before unknown. Ignores case and accents. An empty text: those seen last.
   */
  findPeople(text: string, limit: number): Person[];
  /** Who these faces are, without recording anything and without making unknowns; `unknown` has no person then. */
  identify(faces: readonly ProbeFace[], signal: AbortSignal): Promise<MatchedFace[]>;
  /** What has changed after this version, at most some hundred changes at once. Version 0: nothing, only where to begin. */
  changedSince(version: number, signal: AbortSignal): Promise<PersonsChanged>;
  /** The id of the person whom somebody means by an id (the first eight characters suffice), or by a name that only one has. Throws `person-not-found`. */
  resolve(reference: string): string;
  /** The person's id, and those of everybody who was merged into it; none for whom the gallery does not know. */
  idsOf(personId: string): readonly string[];
  /** The picture of one face of a snapshot (JPEG), or null. */
  crop(snapshotId: string, position: number, signal: AbortSignal): Promise<Uint8Array | null>;
}
