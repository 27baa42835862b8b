import { z } from 'zod';
import type { Box } from '@watchpost/shared/geometry';
import { nameKey, unknownName } from './names.ts';

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
  deleted: boolean;
  createdAtMs: number;
  /** The gallery's version at our last write. An edit by hand does not change it on MongoDB. */
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
  /** The snapshot that it comes from; null for a face enrolled from a picture file. */
  snapshotId: string | null;
  createdAtMs: number;
  deleted: boolean;
  version: number;
}

export type PersonStatus = 'named' | 'unknown' | 'ignored';

/** The position in the sequence of changes. Every commit raises `version` by one. Unknowns are numbered from `nextNumber`; no number is used twice. */
export interface Head {
  version: number;
  nextNumber: number;
}

export type PersonFields = Partial<Omit<StoredPerson, 'id' | 'version'>>;

/** A new person, or some fields of an existing one. */
export type PersonChange =
  | { id: string; isNew: true; set: Omit<StoredPerson, 'id' | 'version'> }
  | { id: string; isNew: false; set: PersonFields };

/** A new face (with its crop, a small JPEG, if there is one), or some fields of an existing one. */
export type FaceChange =
  | { id: string; isNew: true; set: Omit<StoredFace, 'id' | 'version'>; crop: Uint8Array | null }
  | { id: string; isNew: false; set: Partial<Pick<StoredFace, 'personId' | 'role' | 'deleted'>> };

/** Everything that one operation changes; applied atomically. */
export interface Changeset {
  persons: PersonChange[];
  faces: FaceChange[];
  /** The next free number; absent when none was used. */
  nextNumber?: number;
  /** Absent for changes that nobody asked for (a new unknown, one more reference). */
  audit?: AuditEntry;
  moveSightings?: SightingMove[];
  assignments?: SightingAssignment[];
}

const sightingMoveSchema = z.object({ faceIds: z.array(z.string()), personId: z.string() });
/** Sightings whose nearest reference was one of these faces become that person's. */
export type SightingMove = z.infer<typeof sightingMoveSchema>;

const sightingAssignmentSchema = z.object({
  snapshotId: z.string(),
  /** Which of the snapshot's faces, from 0. */
  position: z.number().int(),
  personId: z.string().nullable(),
});
/** One face of a snapshot becomes that person's, or nobody's. */
export type SightingAssignment = z.infer<typeof sightingAssignmentSchema>;

/** The parts of a changeset that concern sightings, as stores keep them. */
export const sightingChangesSchema = z.object({
  moveSightings: z.array(sightingMoveSchema),
  assignments: z.array(sightingAssignmentSchema).default([]),
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
        deleted: z.boolean().exactOptional(),
      }),
    }),
  ),
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

/** Who did what, when and from where. Undoing an entry applies its `inverse`. */
export const auditEntrySchema = z.object({
  id: z.string(),
  action: z.enum(['name', 'alias', 'merge', 'split', 'ignore', 'unignore', 'forget', 'undo', 'assign', 'enroll', 'expire']),
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

/**
 * `match`: a named or ignored person. `uncertain`: never posted as a name. `unknown`: a stranger. `unrecognisable`: too small or too
 * blurred to recognise, or a stranger too small or too blurred to enroll.
 */
export const faceDecisionSchema = z.enum(['match', 'uncertain', 'unknown', 'unrecognisable']);
export type FaceDecision = z.infer<typeof faceDecisionSchema>;

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

/** Who these faces show: the persons that they were matched to, each once. An uncertain face does not count. */
export function personsSeen(faces: readonly Sighting[]): string[] {
  const ids = faces.flatMap(({ personId, decision }) => (personId !== null && decision !== 'uncertain' ? [personId] : []));
  return [...new Set(ids)];
}

export interface LastSeen {
  atMs: number;
  channel: string;
  camera: string | null;
}

/** `ignored` comes first, then the name decides. */
export function personStatus(person: Pick<StoredPerson, 'ignored' | 'name' | 'number'>): PersonStatus {
  if (person.ignored) return 'ignored';
  return person.number !== null && nameKey(person.name) === nameKey(unknownName(person.number)) ? 'unknown' : 'named';
}
