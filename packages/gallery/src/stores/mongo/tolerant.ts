import { Binary, ObjectId, type Document } from 'mongodb';
import { z } from 'zod';
import { dot } from '@watchpost/shared/vectors';
import { pairId, type StoredFace, type StoredPair, type StoredPerson } from '../../domain.ts';
import { shownName, unknownName } from '../../names.ts';
import { highestVersion, type Fault } from '../../store.ts';

/** What could be read of a document, and what is wrong with it. */
export interface Readable<T> {
  /** Null where nothing of it can be used. */
  value: T | null;
  faults: Fault[];
}

/** How far the length of a vector may be from 1: it was rounded to float32, perhaps by another program. */
const lengthTolerance = 0.01;

/** Takes fields of a document one by one, and notes each that is not as it should be. */
function reader(kind: Fault['kind'], document: Document) {
  const { _id } = document;
  const faults: Fault[] = [];
  const note = (problem: string): void => void faults.push({ kind, id: String(_id), problem });
  if (typeof _id !== 'string') note(`its _id is ${nameOfType(_id)}, not a string`);
  const take = <T>(field: string, schema: z.ZodType<T>, fallback: T): T => {
    const raw: unknown = document[field];
    if (raw === undefined || raw === null) return fallback;
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    note(`\`${field}\` is ${nameOfType(raw)} that cannot be used`);
    return fallback;
  };
  return { id: String(_id), faults, note, take };
}

/** Made once: to make a schema takes longer than to use it. */
const versionNumber = z.number().max(highestVersion);
const whole = z.number().int().nullable();
const wholes = z.array(z.number().int());
const text = z.string().nullable();
const flag = z.boolean();
const list = z.array(z.unknown());
const date = z.date().transform((value) => value.getTime());
const measure = z.number().refine(Number.isFinite);
const faceSchema = z.object({
  personId: z.string(),
  modelId: z.string(),
  role: z.enum(['reference', 'negative']),
  quality: measure,
  sizePx: measure,
});
const twoPersons = z.tuple([z.string(), z.string()]);

/**
 * A person as far as it can be read: people edit persons by hand. Missing fields have defaults. A person without a name that can be
 * shown is "Unknown" and its number, or "Unnamed".
 */
export function readPerson(document: Document): Readable<StoredPerson> {
  const { id, faults, note, take } = reader('person', document);
  const ownNumber = take('number', whole, null);
  const { name, problem } = shownName(document['name']);
  if (problem !== null) note(`the name ${problem}`);
  const texts = take('aliases', list, []).map((alias) => shownName(alias));
  if (texts.some(({ problem: wrong }) => wrong !== null)) note('an alias cannot be used as it is');
  const value: StoredPerson = {
    id,
    name: name ?? (ownNumber === null ? 'Unnamed' : unknownName(ownNumber)),
    number: ownNumber,
    aliases: texts.flatMap((alias) => alias.name ?? []),
    ignored: take('ignored', flag, false),
    mergedInto: take('mergedInto', text, null),
    mergedAtMs: take<number | null>('mergedAt', date, null),
    formerNumbers: take('formerNumbers', wholes, []),
    mayBe: take('mayBe', text, null),
    deleted: take('deleted', flag, false),
    createdAtMs: take('createdAt', date, 0),
    version: take('version', versionNumber, 0),
  };
  return { value, faults };
}

/** A face. Without its own fields, or with a vector that cannot be compared, nothing of it can be used. `vectors`: whether the document has its vector. */
export function readFace(document: Document, { vectors }: { vectors: boolean }): Readable<StoredFace> {
  const { id, faults, note, take } = reader('face', document);
  const deleted = take('deleted', flag, false);
  const face = faceSchema.safeParse(document);
  if (!face.success) note(`\`${String(face.error.issues[0]?.path[0])}\` is missing or cannot be used`);
  const embedding = vectors ? readVector(document['embedding']) : new Float32Array(0);
  if (typeof embedding === 'string') {
    // An erased face has none.
    if (!deleted) note(`the vector ${embedding}`);
  }
  const usable = face.success && (typeof embedding !== 'string' || deleted);
  if (!usable) return { value: null, faults };
  const value: StoredFace = {
    ...face.data,
    id,
    embedding: typeof embedding === 'string' ? new Float32Array(0) : embedding,
    snapshotId: take('snapshotId', text, null),
    position: take('position', whole, null),
    shows: take('shows', text, null),
    createdAtMs: take('createdAt', date, 0),
    deleted,
    version: take('version', versionNumber, 0),
  };
  return { value, faults };
}

export function readPair(document: Document): Readable<StoredPair> {
  const { id, faults, note, take } = reader('pair', document);
  const persons = twoPersons.safeParse(document['personIds']);
  const usable = persons.success && pairId(...persons.data) === id;
  if (!usable) note('`personIds` are not the two persons of its _id');
  if (!persons.success || !usable) return { value: null, faults };
  const value = { id, personIds: persons.data, deleted: take('deleted', flag, false), version: take('version', versionNumber, 0) };
  return { value, faults };
}

/** The vector, or what is wrong with it, as the end of a sentence. */
function readVector(raw: unknown): Float32Array | string {
  if (raw === undefined || raw === null) return 'is missing';
  if (!(raw instanceof Binary)) return `is ${nameOfType(raw)}, not a BSON vector`;
  let vector: Float32Array;
  try {
    vector = raw.toFloat32Array();
  } catch {
    return 'is not a BSON vector of float32';
  }
  const length = Math.sqrt(dot(vector, vector));
  // NaN fails the comparison too.
  return Math.abs(length - 1) <= lengthTolerance ? vector : `has the length ${length.toFixed(3)} instead of 1`;
}

function nameOfType(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  if (value instanceof ObjectId) return 'an ObjectId';
  if (value instanceof Binary) return 'binary data';
  if (typeof value === 'string') return 'text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
