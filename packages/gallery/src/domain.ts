import { AppError } from '@watchpost/shared/errors';
import type { Actor, Person } from './gallery.ts';

/** A person as the store keeps it. Whether it is `named` follows from the name, so that an edit of the name alone, by hand in the database, names a person. */
export interface StoredPerson {
  id: string;
  /** "Unknown 12" while nobody named it. */
  name: string;
  /** The number of an unknown, kept when it is named; null for a person that never was one. */
  number: number | null;
  /** Other names that find this person. */
  aliases: string[];
  ignored: boolean;
  /** The person that this one was merged into: sightings that name this one are that one's. */
  mergedInto: string | null;
  deleted: boolean;
  createdAtMs: number;
  /** The gallery's version at which it was last written by us. An edit by hand leaves it as it is. */
  version: number;
}

/** A face that a person is known by, or (negative) known not to be. */
export interface StoredFace {
  id: string;
  personId: string;
  modelId: string;
  role: 'reference' | 'negative';
  /** Unit length. Empty where the reader asked for none. */
  embedding: Float32Array;
  /** 0..1. */
  quality: number;
  sizePx: number;
  /** Where it was seen; null for one enrolled from a picture file. */
  snapshotId: string | null;
  createdAtMs: number;
  deleted: boolean;
  version: number;
}

/** Where the gallery stands. Every change of persons and faces raises `version` by one; numbers are given out from `nextNumber` and never again. */
export interface Head {
  version: number;
  nextNumber: number;
}

/** A new person, or some fields of one that exists. */
export type PersonChange =
  | { id: string; isNew: true; set: Omit<StoredPerson, 'id' | 'version'> }
  | { id: string; isNew: false; set: Partial<Omit<StoredPerson, 'id' | 'version'>> };

/** A new face (with its crop, a small JPEG, where there is one), or some fields of one that exists. */
export type FaceChange =
  | { id: string; isNew: true; set: Omit<StoredFace, 'id' | 'version'>; crop: Uint8Array | null }
  | { id: string; isNew: false; set: Partial<Pick<StoredFace, 'personId' | 'role' | 'deleted'>> };

/** Everything that one operation changes; it comes true as a whole or not at all. */
export interface Changeset {
  persons: PersonChange[];
  faces: FaceChange[];
  /** Where numbers go on; absent when none was given out. */
  nextNumber?: number;
  /** Absent for what nobody asked for by name (a new unknown, one more reference face). */
  audit?: AuditEntry;
  /** Sightings whose nearest reference was one of these faces become that person's. */
  moveSightings?: SightingMove[];
  /** Single faces of snapshots become that person's, or nobody's. */
  assignments?: SightingAssignment[];
}

export interface SightingMove {
  faceIds: string[];
  personId: string;
}

export interface SightingAssignment {
  snapshotId: string;
  /** Which of the snapshot's faces, from 0. */
  position: number;
  personId: string | null;
}

export const auditActions = [
  'name',
  'alias',
  'merge',
  'split',
  'ignore',
  'unignore',
  'forget',
  'undo',
  'assign',
  'enroll',
  'expire',
] as const;

/** Who did what, when and from where. Undoing one is doing `inverse`. */
export interface AuditEntry {
  id: string;
  action: (typeof auditActions)[number];
  actor: Actor;
  atMs: number;
  personIds: string[];
  /** What a reader of the audit sees: `Unknown 3 → Ada`. */
  summary: string;
  inverse: { persons: PersonChange[]; faces: FaceChange[]; moveSightings: SightingMove[]; assignments?: SightingAssignment[] } | null;
  undone: boolean;
  /** Of an undo: the entry that it undid. */
  undoes: string | null;
  /** The gallery's version that it made; 0 until it is stored. */
  version: number;
}

export function unknownName(number: number): string {
  return `Unknown ${number}`;
}

/** `ignored` first, then by the name. */
export function personStatus(person: Pick<StoredPerson, 'ignored' | 'name' | 'number'>): Person['status'] {
  if (person.ignored) return 'ignored';
  return person.number !== null && nameKey(person.name) === nameKey(unknownName(person.number)) ? 'unknown' : 'named';
}

/** Names that readers take for the same have the same key: compatibility forms, case, and runs of blanks folded. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

const longestName = 80;

/** The name as it is stored: blanks tidied. Rejects with `name-invalid` what is empty, too long, has control characters, or looks like an unknown's. */
export function validName(name: string): string {
  const tidy = name.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
  if (tidy === '') throw new AppError('name-invalid', 'the name is empty');
  if (tidy.length > longestName) throw new AppError('name-invalid', `the name is longer than ${longestName} characters`);
  if (/\p{Cc}|\p{Cs}/u.test(tidy)) throw new AppError('name-invalid', 'the name has control characters');
  if (/^unknown \d+$/.test(nameKey(tidy))) throw new AppError('name-invalid', '"Unknown" and a number is kept for strangers');
  return tidy;
}
