import { z } from 'zod';
import type { Box } from '@watchpost/shared/geometry';
import { evidenceSchema } from './evidence.ts';
import { isNameOfUnknown } from './names.ts';

/** A person as the store keeps it. Whether it is named follows from the name, so editing the name by hand in the database names a person. */
export interface StoredPerson {
  id: string;
  /** "Unknown 12" until somebody names it. */
  name: string;
  /** The number of an unknown, kept when it is named; null for a person that was never unknown. */
  number: number | null;
  /** Other names that find this person. */
  aliases: string[];
  ignored: boolean;
  /** The person that this one was merged into: its sightings count as that person's. */
  mergedInto: string | null;
  /** When it was merged; null if it was not. */
  mergedAtMs: number | null;
  /** The numbers of the unknowns that were merged into it: old posts still say "Unknown 2". */
  formerNumbers: number[];
  /** Of an unknown: the person whom it resembles, though not surely; somebody may say whether they are the same. Whether it still holds: `Mirror.mayBe`. */
  mayBe: string | null;
  deleted: boolean;
  createdAtMs: number;
  /** The gallery's version at our last write. An edit by hand does not change it. */
  version: number;
}

/** A face that shows a person (`reference`), or that somebody has marked as not this person (`negative`). */
export interface StoredFace {
  id: string;
  personId: string;
  modelId: string;
  role: 'reference' | 'negative';
  /** Unit length. Empty where vectors were not requested. */
  embedding: Float32Array;
  /** 0..1. */
  quality: number;
  sizePx: number;
  /** The snapshot that it comes from, and which of its faces it is, from 0; null for a face enrolled from a picture file. */
  snapshotId: string | null;
  position: number | null;
  /** Of a negative: the person that the face does show, if somebody said so. */
  shows: string | null;
  createdAtMs: number;
  deleted: boolean;
  version: number;
}

/** "These two are not the same": somebody said so, or one picture showed both. Outlives the sightings that it comes from. */
export interface StoredPair {
  /** From `pairId`. */
  id: string;
  /** As they were then: after a merge, the pair counts for the person that each became. */
  personIds: readonly [string, string];
  deleted: boolean;
  version: number;
}

/** The id of a pair, whatever its order. */
export function pairId(one: string, other: string): string {
  return [one, other].sort().join(' ');
}

export type PersonStatus = 'named' | 'unknown' | 'ignored';

/** The format of what is stored. Raised by a release that stores what older ones would misread, or fail at: these then wait (`database-newer`). */
export const galleryFormat = 2;

/** One commit of the sequence. `id` is the writer's own, so that it finds out whether a commit was made whose answer was lost. */
export interface CommitMark {
  version: number;
  id: string;
}

/** How many of the last commits the head names. */
export const recentCommits = 32;

/** The position in the sequence of changes. Every commit raises `version` by one. Unknowns are numbered from `nextNumber`; no number is used twice. */
export interface Head {
  /** Identifies this history: a database that was emptied, restored or replaced has another one. */
  epoch: string;
  version: number;
  nextNumber: number;
  /** The last commits, oldest first, at most `recentCommits`. */
  recent: readonly CommitMark[];
  /** The database's clock when the head was read, milliseconds since 1970. All times of a change come from it: workers' clocks differ. */
  nowMs: number;
}

export type PersonFields = Partial<Omit<StoredPerson, 'id' | 'version'>>;

/** A new person, or some fields of an existing one. */
export type PersonChange =
  | { id: string; isNew: true; set: Omit<StoredPerson, 'id' | 'version'> }
  | { id: string; isNew: false; set: PersonFields };

/** A new face (with its crop, a small JPEG, if there is one), or some fields of an existing one. */
export type FaceChange =
  | { id: string; isNew: true; set: Omit<StoredFace, 'id' | 'version'>; crop: Uint8Array | null }
  | { id: string; isNew: false; set: Partial<Pick<StoredFace, 'personId' | 'role' | 'shows' | 'deleted'>> };

/** A new pair, or one to be removed or brought back. */
export interface PairChange {
  id: string;
  personIds: readonly [string, string];
  deleted: boolean;
}

/** What somebody edited or added by hand and no commit has adopted yet. */
export interface HandEdits {
  /** As they are now. */
  persons: StoredPerson[];
  faceIds: string[];
}

/** Takes over what was edited by hand: from now on the fields as they are in the database count as ours. */
export interface Adoption {
  /** With the name that was read: a person whose name was edited again meanwhile stays edited, for the next adoption. */
  persons: { id: string; name: string }[];
  faceIds: string[];
}

/** Everything that one operation changes; applied atomically. */
export interface Changeset {
  persons: PersonChange[];
  faces: FaceChange[];
  pairs: PairChange[];
  /** Absent: none. */
  adopt?: Adoption;
  /** The next free number; absent when none was used. */
  nextNumber?: number;
  /** Absent for changes that nobody asked for (a new unknown, one more reference). */
  audit?: AuditEntry;
  moveSightings?: SightingMove[];
  assignments?: SightingAssignment[];
}

/**
 * `match`: a named or ignored person. `uncertain`: never posted as a name. `unknown`: a stranger. `unrecognisable`: too small or too
 * blurred to recognise, or a stranger too small or too blurred to enroll; with `saidBy`, a reader said that it is no face.
 */
export const faceDecisionSchema = z.enum(['match', 'uncertain', 'unknown', 'unrecognisable']);
export type FaceDecision = z.infer<typeof faceDecisionSchema>;

const sightingMoveSchema = z.object({ faceIds: z.array(z.string()), from: z.array(z.string()), to: z.string().nullable() });
/** Sightings whose nearest reference was one of these faces, and that are one of the `from` persons', become another person's, or nobody's. Those that a reader corrected stay. */
export type SightingMove = z.infer<typeof sightingMoveSchema>;

const sightingAssignmentSchema = z.object({
  snapshotId: z.string(),
  /** Which of the snapshot's faces, from 0. */
  position: z.number().int(),
  personId: z.string().nullable(),
  /** Who says so: an actor's id; null for a decision. */
  saidBy: z.string().nullable(),
  /** Absent: it stays. */
  decision: faceDecisionSchema.exactOptional(),
});
/** One face of a snapshot becomes that person's, or nobody's. */
export type SightingAssignment = z.infer<typeof sightingAssignmentSchema>;

/** The parts of a changeset that concern sightings, as stores keep them. */
export const sightingChangesSchema = z.object({
  moveSightings: z.array(sightingMoveSchema),
  assignments: z.array(sightingAssignmentSchema),
});

/** The change that undoes another one. New persons and faces are undone by marking them deleted. */
const inverseSchema = sightingChangesSchema.extend({
  persons: z.array(
    z.object({
      id: z.string(),
      isNew: z.literal(false),
      set: z.object({
        name: z.string().exactOptional(),
        number: z.number().nullable().exactOptional(),
        aliases: z.array(z.string()).exactOptional(),
        ignored: z.boolean().exactOptional(),
        mergedInto: z.string().nullable().exactOptional(),
        mergedAtMs: z.number().nullable().exactOptional(),
        formerNumbers: z.array(z.number()).exactOptional(),
        mayBe: z.string().nullable().exactOptional(),
        deleted: z.boolean().exactOptional(),
        createdAtMs: z.number().exactOptional(),
      }),
    }),
  ),
  faces: z.array(
    z.object({
      id: z.string(),
      isNew: z.literal(false),
      set: z.object({
        personId: z.string().exactOptional(),
        role: z.enum(['reference', 'negative']).exactOptional(),
        shows: z.string().nullable().exactOptional(),
        deleted: z.boolean().exactOptional(),
      }),
    }),
  ),
  pairs: z.array(z.object({ id: z.string(), personIds: z.tuple([z.string(), z.string()]).readonly(), deleted: z.boolean() })),
});
export type Inverse = z.infer<typeof inverseSchema>;

/** Databases keep the inverse as text: they never query it. */
export function inverseToJson(inverse: Inverse | null): string | null {
  return inverse && JSON.stringify(inverse);
}

export function inverseFromJson(json: string | null): Inverse | null {
  return json === null ? null : inverseSchema.parse(JSON.parse(json));
}

const actorSchema = z.object({
  /** `cli`, `watchpost` itself, or a user id qualified by its platform: `platform:U0123`. */
  id: z.string(),
  /** From where: a channel, a machine. */
  where: z.string().exactOptional(),
});
/** Who asks for a change, for the audit. */
export type Actor = z.infer<typeof actorSchema>;

/** What readers say about persons. */
const saidActions = ['name', 'alias', 'merge', 'distinguish', 'split', 'ignore', 'unignore', 'forget', 'assign', 'dismiss'] as const;

/** What is told of a person and changes nothing: what was said about their name, and that all that is kept of them was exported. */
const notedActions = ['consent', 'export'] as const;
export type NotedAction = (typeof notedActions)[number];
/** Whether such an entry changes nothing, so that there is nothing to undo. Pure. */
export const changesNothing = (action: AuditEntry['action']): boolean => action === 'undo' || notedActions.some((each) => each === action);

/** Who did what, when and from where. Undoing an entry applies its `inverse`. `other`: what a newer release did, and this one does not know. */
export const auditEntrySchema = z.object({
  id: z.string(),
  action: z.enum([...saidActions, 'undo', 'enroll', 'expire', 'edit', 'repair', ...notedActions, 'other']).catch('other'),
  actor: actorSchema,
  atMs: z.number(),
  personIds: z.array(z.string()),
  /** As `watchpost history` shows it: `Unknown 3 → Ada`. */
  summary: z.string(),
  inverse: inverseSchema.nullable(),
  undone: z.boolean(),
  /** Of an undo: the entry that it undid. */
  undoes: z.string().nullable(),
  /** The gallery's version after the change. */
  version: z.number(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const boxSchema: z.ZodType<Box> = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

/** A face of a snapshot and the person that it was matched to, if any. */
export const sightingSchema = z.object({
  box: boxSchema,
  decision: faceDecisionSchema,
  personId: z.string().nullable(),
  /** Cosine to the nearest reference; null where nothing was compared, and for a new unknown. */
  similarity: z.number().nullable(),
  /** The nearest reference, or the reference that this face became. */
  faceId: z.string().nullable(),
  modelId: z.string(),
  quality: z.number(),
  sizePx: z.number(),
  /** The reader (an actor's id) who said whose face it is; null if that is the decision's. */
  saidBy: z.string().nullable(),
  /** What the decision was made of; null where nothing was compared. */
  evidence: evidenceSchema.nullable(),
  /** Empty once it was erased. */
  embedding: z.custom<Float32Array>((value) => value instanceof Float32Array),
});
export type Sighting = z.infer<typeof sightingSchema>;

/** The sightings of one snapshot, with its camera and time. */
export interface SnapshotSightings {
  snapshotId: string;
  channel: string;
  camera: string | null;
  takenAtMs: number;
  faces: Sighting[];
}

/** Who these faces show: the persons that they were matched to, each once. An uncertain face counts only if a reader said whose it is. */
export function personsSeen(faces: readonly Pick<Sighting, 'decision' | 'personId' | 'saidBy'>[]): string[] {
  const sure = faces.filter(({ decision, saidBy }) => decision !== 'uncertain' || saidBy !== null);
  return [...new Set(sure.flatMap(({ personId }) => personId ?? []))];
}

export interface LastSeen {
  atMs: number;
  channel: string;
  camera: string | null;
}

/** `ignored` comes first, then the name decides. */
export function personStatus(person: Pick<StoredPerson, 'ignored' | 'name' | 'number'>): PersonStatus {
  if (person.ignored) return 'ignored';
  return person.number !== null && isNameOfUnknown(person.name, person.number) ? 'unknown' : 'named';
}
