import type { AuditEntry, Sighting, StoredPerson } from '@watchpost/gallery/domain';
import { unknownName } from '@watchpost/gallery/names';
import { newPerson } from '../gallery/fill.ts';

/** How much a database is filled with. */
export interface FillSizes {
  people: number;
  sightings: number;
  /** Of the newest snapshots, so many have a record. */
  records: number;
  visits: number;
  /** Changes in the audit, of the last 30 days. */
  changes: number;
}

/** The model of every face. */
export const modelId = 'faceres-1024';
export const channel = 'slack:C0CAMERAS';
/** The sightings are spread evenly over so long, up to now. */
export const spanMs = 29 * 86_400_000;

export const cameras = [
  'Front door',
  'Back door',
  'Gate',
  'Garage',
  'Loading bay',
  'Reception',
  'Stairs north',
  'Stairs south',
  'Bicycle shed',
  'Workshop',
  'Canteen',
  'Roof',
] as const;

const given =
  'Ada Björn Chloé Dmitri Émile Fatima Grace Hassan Ingrid João Kateřina Liam Mónica Nguyễn Olu Priya Quentin Róisín Søren Tomás'.split(
    ' ',
  );
const middle = ' A. B. C. D. E. F. G. H. J. K. L. M. N. O. P. R. S. T. V.'.split(' ');
const family =
  'Lovelace Håkansson Dupont Ivanov Zola al-Fihri Hopper Abbas Bergman Silva Nováková O’Brien Álvarez Văn Adeyemi Sharma Tarantino Ní-Bhriain Kierkegaard Núñez Berners Curie Darwin Euler Fermat'.split(
    ' ',
  );

/** The id of the person of this index. The sightings are made by the database itself, so that ids follow from indexes. */
export const personIdOf = (index: number): string => `${eight(index)}-0000-4000-8000-000000000000`;
/** The id of a person's face, from 1. */
export const faceIdOf = (person: number, face: number): string =>
  `${eight(person)}-${String(face).padStart(4, '0')}-4000-8000-000000000000`;
export const snapshotIdOf = (index: number): string => `fill-${eight(index)}`;

const eight = (index: number): string => String(index).padStart(8, '0');

/** Whom a snapshot shows: the first persons are seen much more often than the last; of 10,000 the first in a hundredth of all snapshots. */
export const spread = { multiplier: 2_654_435_761, modulus: 4_294_967_296 } as const;
export const personSeenIn = (snapshot: number, people: number): number =>
  Math.floor(people * (((snapshot * spread.multiplier) % spread.modulus) / spread.modulus) ** 2);

/** One snapshot in so many shows somebody of whom nobody is sure. */
export const uncertainEvery = 97;
/** One snapshot in so many keeps the picture of the face. */
export const cropEvery = 5;
/** So many of the newest sightings say what the decision was made of. */
export const withEvidence = 100_000;

/** How many faces a person has, 1 to 10: mostly few. */
export const facesOf = (index: number): number => 1 + ((index * 7) % 10 < 7 ? (index * 7) % 4 : (index * 7) % 10);

export const isUnknown = (index: number): boolean => index % 5 === 3;

/** One unknown in four looks like the unknown before. */
export const looksLikeAnother = (index: number): boolean => isUnknown(index) && index % 20 === 8;

/** The persons: three of four are named, every fifth is an unknown, some are ignored. */
export function plannedPerson(index: number, nowMs: number): Omit<StoredPerson, 'version'> {
  const number = index + 1;
  const name = isUnknown(index) ? unknownName(number) : nameOf(index);
  const perhaps = index % 20 === 3 && index > 0 ? personIdOf(index - 1) : null;
  return {
    ...newPerson(nowMs - spanMs),
    id: personIdOf(index),
    name,
    number,
    aliases: index % 10 === 0 ? [`${name.split(' ')[0] ?? name} ${number}`] : [],
    ignored: index % 50 === 7,
    mayBe: perhaps,
  };
}

function nameOf(index: number): string {
  const parts = [given[index % given.length], middle[Math.floor(index / (given.length * family.length)) % middle.length]];
  const round = Math.floor(index / (given.length * family.length * middle.length));
  const last = family[Math.floor(index / given.length) % family.length];
  return [...parts, last, round > 0 ? String(round + 1) : ''].filter(Boolean).join(' ');
}

/** The evidence of a sighting. */
export const plannedEvidence: NonNullable<Sighting['evidence']> = {
  best: { personId: personIdOf(0), faceId: faceIdOf(0, 1), similarity: 0.72, falseMatchRate: 1e-7, likelihoodRatio: 40_000 },
  second: { personId: personIdOf(1), faceId: faceIdOf(1, 1), similarity: 0.41, falseMatchRate: 0.01, likelihoodRatio: 0.2 },
  negative: null,
  compared: { persons: 100, faces: 400, comparisons: 160 },
  match: 0.62,
  uncertain: 0.51,
  margin: 0.06,
  rules: 2,
};

/** An entry of the audit; `age` counts from the newest, 0. */
export function plannedEntry(age: number, { people, changes }: FillSizes, nowMs: number): AuditEntry {
  const index = personSeenIn(age, people);
  return {
    id: `aaaaaaaa-${String(age).padStart(8, '0')}`,
    action: age % 3 === 0 ? 'alias' : 'name',
    actor: { id: age % 2 === 0 ? 'slack:U0ADA' : 'cli' },
    atMs: Math.round(nowMs - (spanMs * (age + 1)) / changes),
    personIds: [personIdOf(index)],
    summary: `${unknownName(index + 1)} → ${plannedPerson(index, nowMs).name}`,
    inverse: null,
    undone: false,
    undoes: null,
    version: changes - age,
  };
}
