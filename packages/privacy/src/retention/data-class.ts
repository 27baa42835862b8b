import type { HoldingName } from '@watchpost/gallery/holdings';

/** How long each class is kept by the settings. Milliseconds; null: never removed by its age. */
export interface RetentionSettings {
  sightingsMs: number;
  unknownMs: number;
  namedMs: number | null;
  auditMs: number;
  recordsMs: number;
  postsMs: number | null;
  failedJobsMs: number;
  rulesMs: number;
  talkMs: number | null;
  convertMs: number;
}

/** A class of data: what it is, and how long it stays. Texts are for people; marks of code in them are Markdown's. */
export interface DataClass {
  id: string;
  title: string;
  what: string;
  where: string;
  /** The default, in words, with the setting. */
  howLong: string;
  /** The variable that says how long; null: it follows from something else. */
  setting: string | null;
  /** What of people it holds: faces (biometric), pictures, other things about persons, or nothing about them. */
  about: 'face' | 'picture' | 'person' | 'none';
  /**
   * Where it can be counted: among the gallery's own tables, among the documents, or not at all: it is not in our database, or cannot be told
   * from another class there. `parts`: pieces, pictures and lists of these, which take up room, but are no more things.
   */
  holds:
    | { in: 'gallery'; names: readonly HoldingName[]; parts?: readonly HoldingName[] }
    | { in: 'documents'; kinds: readonly string[]; parts?: readonly string[] }
    | { in: 'elsewhere' };
  /** How long after it was made, or last seen, it is due by the settings; null: it has dates of its own, or goes with something else. */
  keepMs: ((settings: RetentionSettings) => number | null) | null;
  /** Who removes it when it is due. */
  by: 'housekeeping' | 'worker' | 'queue' | 'platform' | 'member' | 'admin' | 'operator';
}
