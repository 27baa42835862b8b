import type { Box } from '@watchpost/shared/geometry';

/** A person as surfaces show it. */
export interface Person {
  id: string;
  status: 'named' | 'unknown' | 'ignored';
  /** "Ada", or "Unknown 12". */
  name: string;
  /** The number of an unknown, kept when it is named. */
  number: number | null;
  faces: number;
  lastSeen: { atMs: number; channel: string; camera: string | null } | null;
}

/** A face to decide about. */
export interface ProbeFace {
  box: Box;
  embedding: Float32Array;
  modelId: string;
  /** 0..1. */
  quality: number;
  /** See SeenFace.sizePx. */
  sizePx: number;
  /** A small JPEG of it, kept with a face that becomes a reference, so that another model can embed it anew. */
  crop?: Uint8Array;
}

/** The answer for one face. */
export interface MatchedFace {
  decision: 'match' | 'uncertain' | 'unknown' | 'unrecognisable';
  /** Who: for `match` the person, for `unknown` the Unknown N (new or seen before), for `uncertain` the nearest (never to be shown as a name), else null. */
  person: { id: string; status: Person['status']; name: string } | null;
  similarity: number | null;
}

/** Where and when the faces were seen. */
export interface SnapshotInfo {
  snapshotId: string;
  channel: string;
  camera: string | null;
  takenAtMs: number;
}

/** Who is asking for a change, for the audit. */
export interface Actor {
  /** `cli`, `watchpost` itself, or a qualified user id: `slack:U0123`. */
  id: string;
  /** From where: a channel, a machine. */
  where?: string;
}

/** The gallery as the pipeline and every surface use it. */
export interface Gallery {
  /** Resolves when the index is complete; until then nobody may be called unknown. */
  ready(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  /**
   * Decides about all faces of one snapshot together (one person at most once), makes a new Unknown N where a good face matches no one
   * (exactly one however many workers see it), and records the sightings. The same snapshot again gives the same answer and records nothing twice.
   */
  recognise(sighting: SnapshotInfo, faces: readonly ProbeFace[], signal: AbortSignal): Promise<MatchedFace[]>;
  people(signal: AbortSignal): Promise<Person[]>;
  /** One person as it is now (after merges: the one it became), or null. */
  person(id: string, signal: AbortSignal): Promise<Person | null>;
  /** Gives the person called `from` ("Unknown 3", or a name, any case) the name `to`. Rejects with `person-not-found`, `name-taken`, `name-invalid`. */
  name(from: string, to: string, by: Actor, signal: AbortSignal): Promise<Person>;
  close(): Promise<void>;
}
