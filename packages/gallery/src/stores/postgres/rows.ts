import { z } from 'zod';
import { dot } from '@watchpost/shared/vectors';
import type { Head, StoredFace, StoredPair, StoredPerson } from '../../domain.ts';
import { shownName, unknownName } from '../../names.ts';
import { highestVersion, type Fault } from '../../store.ts';
import { fromBytea } from './connect.ts';

/** pg returns bigint as text. Our numbers stay far below 2^53. */
const bigint = z.coerce.number();
/** Who has a version that no gallery reaches is older than every change. */
const versionNumber = bigint.transform((version) => (version <= highestVersion ? version : 0));
/** pg gives infinite times as numbers; a time that is none is 0. */
const timeMs = z.unknown().transform((time) => (time instanceof Date && !Number.isNaN(time.getTime()) ? time.getTime() : 0));
/** Also NaN and the infinite ones, which z.number() rejects. */
const float = z.custom<number>((value) => typeof value === 'number');

export const headSchema = z
  .object({
    format: z.number(),
    epoch: z.string(),
    version: bigint,
    next_number: bigint,
    recent: z.array(z.object({ version: z.number(), id: z.string() })),
    now_ms: bigint,
  })
  .transform(({ next_number, now_ms, ...rest }): Head & { format: number } => ({
    ...rest,
    nextNumber: next_number,
    nowMs: Math.floor(now_ms),
  }));

const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  number: bigint.nullable(),
  aliases: z.array(z.unknown()),
  ignored: z.boolean(),
  merged_into: z.string().nullable(),
  merged_at: z.union([z.null(), timeMs]),
  former_numbers: z.array(z.unknown()),
  may_be: z.string().nullable(),
  deleted: z.boolean(),
  created_at: timeMs,
  version: versionNumber,
});

const faceSchema = z.object({
  id: z.string(),
  person_id: z.string(),
  model_id: z.string(),
  role: z.enum(['reference', 'negative']),
  embedding: z.instanceof(Buffer).nullable(),
  quality: float,
  size_px: float,
  snapshot_id: z.string().nullable(),
  position: z.number().nullable(),
  shows: z.string().nullable(),
  created_at: timeMs,
  deleted: z.boolean(),
  version: versionNumber,
});

const pairSchema = z.object({ id: z.string(), person_ids: z.array(z.unknown()), deleted: z.boolean(), version: versionNumber });

export const personColumns =
  'id, name, number, aliases, ignored, merged_into, merged_at, former_numbers, may_be, deleted, created_at, version';
export const pairColumns = 'id, person_ids, deleted, version';
export const faceColumns = ({ embeddings }: { embeddings: boolean }): string =>
  `id, person_id, model_id, role, quality, size_px, snapshot_id, position, shows, created_at, deleted, version,
   ${embeddings ? 'embedding' : 'NULL::bytea AS embedding'}`;

/** What could be read of a row, and what could not. */
export interface Reading<T> {
  value: T;
  faults: Fault[];
}

/** A person as far as the row can be read: a bad field is replaced, so that one bad row hides nobody. */
export function readPerson(row: unknown): Reading<StoredPerson> {
  const { merged_into, merged_at, former_numbers, may_be, created_at, aliases, ...rest } = personSchema.parse(row);
  const number = rest.number !== null && Number.isSafeInteger(rest.number) && rest.number > 0 ? rest.number : null;
  const { name, problem } = shownName(rest.name);
  const shownAliases = aliases.map((alias) => shownName(alias));
  const formerNumbers = former_numbers.flatMap((each) => (Number.isSafeInteger(Number(each)) && Number(each) > 0 ? Number(each) : []));
  const problems = [
    ...(problem === null || rest.deleted ? [] : [`the name ${problem}`]),
    ...(number === rest.number ? [] : ['the number is not a positive whole number']),
    ...shownAliases.flatMap(({ problem: wrong }) => (wrong === null || rest.deleted ? [] : [`an alias ${wrong}`])),
    ...(formerNumbers.length === former_numbers.length ? [] : ['a former number is not a positive whole number']),
  ];
  const value: StoredPerson = {
    ...rest,
    name: name ?? (number === null ? 'Unnamed' : unknownName(number)),
    number,
    aliases: shownAliases.flatMap(({ name: alias }) => alias ?? []),
    mergedInto: merged_into,
    mergedAtMs: merged_at,
    formerNumbers,
    mayBe: may_be,
    createdAtMs: created_at,
  };
  return { value, faults: problems.map((each) => ({ kind: 'person', id: rest.id, problem: each })) };
}

/** A face, or null if it cannot be used. `embeddings`: whether the row has the vector. */
export function readFace(row: unknown, { embeddings }: { embeddings: boolean }): Reading<StoredFace | null> {
  const face = faceSchema.parse(row);
  const embedding = fromBytea(face.embedding);
  const problem = face.deleted ? null : faceProblem(face, embeddings ? embedding : null, { embeddings });
  if (problem !== null) return { value: null, faults: [{ kind: 'face', id: face.id, problem }] };
  const value: StoredFace = {
    id: face.id,
    personId: face.person_id,
    modelId: face.model_id,
    role: face.role,
    embedding: embedding ?? new Float32Array(0),
    quality: face.quality,
    sizePx: face.size_px,
    snapshotId: face.snapshot_id,
    position: face.position,
    shows: face.shows,
    createdAtMs: face.created_at,
    deleted: face.deleted,
    version: face.version,
  };
  return { value, faults: [] };
}

function faceProblem(
  { quality, size_px: sizePx }: z.infer<typeof faceSchema>,
  embedding: Float32Array | null,
  { embeddings }: { embeddings: boolean },
): string | null {
  if (!Number.isFinite(quality) || !Number.isFinite(sizePx)) return 'the quality or the size is not a number';
  if (!embeddings) return null;
  if (!embedding) return 'the vector is no list of 32-bit numbers';
  if (embedding.length === 0) return 'the vector is missing';
  // A NaN fails every comparison.
  return Math.abs(Math.sqrt(dot(embedding, embedding)) - 1) <= normTolerance ? null : 'the vector has not unit length';
}

/** Unit vectors in 32 bits are off by 1e-7; models that round them by a thousandth. */
const normTolerance = 0.01;

/** A pair, or null if it cannot be used. */
export function readPair(row: unknown): Reading<StoredPair | null> {
  const { person_ids: personIds, ...rest } = pairSchema.parse(row);
  const [one, other] = personIds;
  if (typeof one === 'string' && typeof other === 'string' && personIds.length === 2)
    return { value: { ...rest, personIds: [one, other] }, faults: [] };
  return { value: null, faults: rest.deleted ? [] : [{ kind: 'pair', id: rest.id, problem: 'it has not two persons' }] };
}
