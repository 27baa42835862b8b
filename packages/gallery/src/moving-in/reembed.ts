import type { IndexedFace } from '../memory/face-table.ts';
import type { GalleryStore } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import { dot as cosine } from '@watchpost/shared/vectors';
import { createChange } from '../changes/change.ts';
import { counterpartId } from '../changes/counterparts.ts';
import type { Transact } from '../changes/transact.ts';
import { type Agreement, cosineStats, type CosineStats, nearestAgreement, type OwnedVector, sampleEvenly } from './agreement.ts';

export interface ReembedDeps {
  mirror: Mirror;
  transact: Transact;
  store: Pick<GalleryStore, 'crop'>;
}

export interface ReembedOptions {
  /** The model that every face gets a vector of. */
  modelId: string;
  /** The vector of the face in the middle of a crop; null if no face is found there. */
  embed: (crop: Uint8Array, signal: AbortSignal) => Promise<Float32Array | null>;
  /** How many crops are embedded concurrently. */
  atATime: number;
  /** How many vectors are stored together: the most that is lost when it is interrupted. */
  batchSize?: number;
  /** Called before each batch. */
  progress: (done: number, total: number) => void;
}

export interface Reembedded {
  /** Faces of other models that got a vector of this one, in this run and in earlier ones. */
  stored: number;
  storedBefore: number;
  /** Faces that cannot be embedded again: without a stored crop, or with a crop in which no face is found. */
  withoutCrop: IndexedFace[];
  notFound: IndexedFace[];
  /** A sample of faces that had a vector of this model, embedded again: old vectors compared with new ones. */
  sameModel: CosineStats | null;
  /** For each model, how often a face's nearest neighbour belongs to the same person. */
  agreement: { modelId: string; among: Agreement }[];
  /** How often the nearest stored face of the sample's new vectors belongs to the same person. */
  sampleAgreement: Agreement | null;
}

const defaultBatchSize = 64;
const removedTogether = 500;
/** Enough for the statistics, and compared within seconds. */
const sampleSize = 500;

/**
 * Gives every face of another model a vector of this one, made from its stored crop, beside the old vector. Continues where an
 * interrupted run stopped. Vectors of different models are never compared.
 */
export async function reembed(parts: ReembedDeps, options: ReembedOptions, signal: AbortSignal): Promise<Reembedded> {
  const deps = { ...parts, ...options };
  const { mirror, modelId, batchSize = defaultBatchSize } = deps;
  const all = allFaces(mirror);
  const others = all.filter((face) => face.modelId !== modelId);
  const pending = others.filter((face) => !mirror.face(counterpartId(face.id, modelId)));
  const { cosines, sampleAgreement } = await checkSameModel(deps, new Set(others.map(({ id }) => counterpartId(id, modelId))), signal);
  const result = { stored: 0, storedBefore: others.length - pending.length };
  const withoutCrop: IndexedFace[] = [];
  const notFound: IndexedFace[] = [];
  for (let from = 0; from < pending.length; from += batchSize) {
    deps.progress(from, pending.length);
    const made = await embedBatch(deps, pending.slice(from, from + batchSize), signal);
    for (const { face, crop, vector } of made) {
      if (!crop) withoutCrop.push(face);
      else if (!vector) notFound.push(face);
    }
    result.stored += await storeVectors(deps, made, signal);
  }
  const models = new Set([modelId, ...all.map((face) => face.modelId)]);
  const agreement = [...models].map((id) => {
    const vectors = vectorsOf(mirror, id);
    return { modelId: id, among: nearestAgreement(sampleEvenly(vectors, sampleSize), vectors) };
  });
  return { ...result, withoutCrop, notFound, sameModel: cosineStats(cosines), agreement, sampleAgreement };
}

/** Removes the faces of other models that have a counterpart of this model. Resolves to their number. */
export async function removeReplaced(
  { mirror, transact }: Pick<ReembedDeps, 'mirror' | 'transact'>,
  modelId: string,
  signal: AbortSignal,
): Promise<number> {
  const replaced = allFaces(mirror).filter((face) => face.modelId !== modelId && mirror.face(counterpartId(face.id, modelId)));
  let removed = 0;
  for (let from = 0; from < replaced.length; from += removedTogether) {
    const batch = replaced.slice(from, from + removedTogether);
    removed += await transact((base) => {
      const change = createChange(base);
      const present = batch.filter(({ id }) => mirror.face(id) && mirror.face(counterpartId(id, modelId)));
      for (const { id } of present) change.removeFace(id);
      return { changeset: change.changeset(), result: present.length };
    }, signal);
  }
  return removed;
}

type Deps = ReembedDeps & ReembedOptions;

interface Made {
  face: IndexedFace;
  crop: Uint8Array | null;
  vector: Float32Array | null;
}

async function embedBatch({ store, embed, atATime }: Deps, faces: readonly IndexedFace[], signal: AbortSignal): Promise<Made[]> {
  const made: Made[] = [];
  for (let from = 0; from < faces.length; from += atATime) {
    const work = faces.slice(from, from + atATime).map(async (face): Promise<Made> => {
      const crop = await store.crop(face.id, signal);
      return { face, crop, vector: crop && (await embed(crop, signal)) };
    });
    made.push(...(await Promise.all(work)));
  }
  return made;
}

function storeVectors({ mirror, transact, modelId }: Deps, made: readonly Made[], signal: AbortSignal): Promise<number> {
  return transact((base) => {
    const change = createChange(base);
    let stored = 0;
    for (const { face: before, crop, vector } of made) {
      // As it is now: it may have been removed, or moved to another person.
      const face = mirror.face(before.id);
      const id = counterpartId(before.id, modelId);
      if (!face || !vector || mirror.face(id)) continue;
      const { personId, role, quality, sizePx, snapshotId, position, shows, createdAtMs } = face;
      const origin = { snapshotId, position, shows, createdAtMs };
      change.addFace({ id, personId, role, quality, sizePx, ...origin, modelId, embedding: vector, crop });
      stored += 1;
    }
    return { changeset: change.changeset(), result: stored };
  }, signal);
}

/** Embeds a sample of this model's own faces again, without storing them, to show how much crops differ from the original pictures. */
async function checkSameModel(deps: Deps, counterparts: ReadonlySet<string>, signal: AbortSignal) {
  const { mirror, modelId } = deps;
  const vectors = vectorsOf(mirror, modelId).filter(({ faceId }) => !counterparts.has(faceId));
  const sample = new Map(sampleEvenly(vectors, sampleSize).map((old) => [old.faceId, old]));
  const faces = [...sample.keys()].flatMap((id) => mirror.face(id) ?? []);
  const cosines: number[] = [];
  const again: OwnedVector[] = [];
  for (const { face, vector } of await embedBatch(deps, faces, signal)) {
    const old = sample.get(face.id);
    if (!old || !vector) continue;
    cosines.push(cosine(old.vector, vector));
    again.push({ ...old, vector });
  }
  return { cosines, sampleAgreement: again.length > 0 ? nearestAgreement(again, vectors) : null };
}

function allFaces(mirror: Mirror): IndexedFace[] {
  return [...mirror.idsByPerson().values()].flat().flatMap((id) => mirror.facesOf(id));
}

function vectorsOf(mirror: Mirror, modelId: string): OwnedVector[] {
  return [...mirror.idsByPerson()].flatMap(([personId, ids]) =>
    ids.flatMap((id) => mirror.references(id, modelId).map(({ id: faceId, vector }) => ({ faceId, personId, vector }))),
  );
}
