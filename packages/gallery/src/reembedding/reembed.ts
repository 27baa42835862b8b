import { createHash } from 'node:crypto';
import type { IndexedFace } from '../memory/face-table.ts';
import type { AuditStore } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { FaceChange } from '../domain.ts';
import { cosine } from '../decide/references.ts';
import type { Transact } from '../changes/transact.ts';
import { type Agreement, type Likeness, likeness, nearestAgreement, type OwnedVector, spread } from './agreement.ts';

export interface ReembedDeps {
  mirror: Mirror;
  transact: Transact;
  audit: Pick<AuditStore, 'crop'>;
  /** The model that all faces are to be of. */
  modelId: string;
  /** The vector of the face in the middle of a crop; null where none is found any more. */
  embed: (crop: Uint8Array, signal: AbortSignal) => Promise<Float32Array | null>;
  /** Pictures embedded together. */
  atATime: number;
  /** Vectors stored together: so much at most is lost when it breaks off. */
  batchSize?: number;
  /** Called before each batch. */
  progress: (done: number, total: number) => void;
}

export interface Reembedded {
  /** Faces of other models that got a vector of this one, now and in earlier runs. */
  stored: number;
  storedBefore: number;
  /** Faces that cannot be embedded anew: without a stored picture, or the picture shows no face to this engine. */
  withoutCrop: IndexedFace[];
  notFound: IndexedFace[];
  /** Old and new vectors of faces that were of this model already; a sample. */
  sameModel: Likeness | null;
  /** Does each face find its own person? Among the vectors of this model, and, of each other model, among its own. */
  agreement: { modelId: string; among: Agreement }[];
  /** Do the vectors made anew for that sample find their own persons among the stored ones? */
  anew: Agreement | null;
}

const defaultBatchSize = 64;
const removedTogether = 500;
/** So many faces say enough about how alike old and new are, and find their persons within seconds. */
const sampleSize = 500;

/**
 * Gives every face of another model a vector of this one, made from its stored picture, beside the old one; run again it goes on
 * where it stopped. Vectors of different models are never compared.
 */
export async function reembed(deps: ReembedDeps, signal: AbortSignal): Promise<Reembedded> {
  const { mirror, modelId, batchSize = defaultBatchSize } = deps;
  const all = allFaces(mirror);
  const others = all.filter((face) => face.modelId !== modelId);
  const pending = others.filter((face) => !mirror.face(counterpartId(face.id, modelId)));
  const { cosines, anew } = await checkSameModel(deps, new Set(others.map(({ id }) => counterpartId(id, modelId))), signal);
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
    result.stored += await store(deps, made, signal);
  }
  const models = new Set([modelId, ...all.map((face) => face.modelId)]);
  const agreement = [...models].map((id) => {
    const vectors = vectorsOf(mirror, id);
    return { modelId: id, among: nearestAgreement(spread(vectors, sampleSize), vectors) };
  });
  return { ...result, withoutCrop, notFound, sameModel: likeness(cosines), agreement, anew };
}

/** Removes the faces of other models that have a counterpart of this one. Resolves to their number. */
export async function removeReplaced(
  { mirror, transact, modelId }: Pick<ReembedDeps, 'mirror' | 'transact' | 'modelId'>,
  signal: AbortSignal,
) {
  const replaced = allFaces(mirror).filter((face) => face.modelId !== modelId && mirror.face(counterpartId(face.id, modelId)));
  let removed = 0;
  for (let from = 0; from < replaced.length; from += removedTogether) {
    const batch = replaced.slice(from, from + removedTogether);
    removed += await transact(() => {
      const there = batch.filter(({ id }) => mirror.face(id) && mirror.face(counterpartId(id, modelId)));
      const faces = there.map(({ id }): FaceChange => ({ id, isNew: false, set: { deleted: true } }));
      return { changeset: faces.length > 0 ? { persons: [], faces } : null, result: faces.length };
    }, signal);
  }
  return removed;
}

/** The id of a face's vector of another model: always the same, so that no run makes it twice. */
export function counterpartId(faceId: string, modelId: string): string {
  return createHash('sha256').update(`${faceId} ${modelId}`).digest('hex').slice(0, 32);
}

interface Made {
  face: IndexedFace;
  crop: Uint8Array | null;
  vector: Float32Array | null;
}

async function embedBatch({ audit, embed, atATime }: ReembedDeps, faces: readonly IndexedFace[], signal: AbortSignal): Promise<Made[]> {
  const made: Made[] = [];
  for (let from = 0; from < faces.length; from += atATime) {
    const work = faces.slice(from, from + atATime).map(async (face): Promise<Made> => {
      const crop = await audit.crop(face.id, signal);
      return { face, crop, vector: crop && (await embed(crop, signal)) };
    });
    made.push(...(await Promise.all(work)));
  }
  return made;
}

function store({ mirror, transact, modelId }: ReembedDeps, made: readonly Made[], signal: AbortSignal): Promise<number> {
  return transact(() => {
    const faces = made.flatMap(({ face: { id }, crop, vector }): FaceChange[] => {
      // As it is now: it may have been removed, or become another person's.
      const face = mirror.face(id);
      const counterpart = counterpartId(id, modelId);
      if (!face || !vector || mirror.face(counterpart)) return [];
      const { personId, role, quality, sizePx, snapshotId, createdAtMs } = face;
      const set = { personId, role, quality, sizePx, snapshotId, createdAtMs, modelId, embedding: vector, deleted: false };
      return [{ id: counterpart, isNew: true, set, crop }];
    });
    return { changeset: faces.length > 0 ? { persons: [], faces } : null, result: faces.length };
  }, signal);
}

/** Embeds some faces that were of this model from the start once more, and stores nothing: what the pictures are worth. */
async function checkSameModel(deps: ReembedDeps, counterparts: ReadonlySet<string>, signal: AbortSignal) {
  const { mirror, modelId } = deps;
  const vectors = vectorsOf(mirror, modelId).filter(({ faceId }) => !counterparts.has(faceId));
  const sample = new Map(spread(vectors, sampleSize).map((old) => [old.faceId, old]));
  const faces = [...sample.keys()].flatMap((id) => mirror.face(id) ?? []);
  const cosines: number[] = [];
  const again: OwnedVector[] = [];
  for (const { face, vector } of await embedBatch(deps, faces, signal)) {
    const old = sample.get(face.id);
    if (!old || !vector) continue;
    cosines.push(cosine(old.vector, vector));
    again.push({ ...old, vector });
  }
  return { cosines, anew: again.length > 0 ? nearestAgreement(again, vectors) : null };
}

function allFaces(mirror: Mirror): IndexedFace[] {
  return [...mirror.idsByPerson().values()].flat().flatMap((id) => mirror.facesOf(id));
}

function vectorsOf(mirror: Mirror, modelId: string): OwnedVector[] {
  return [...mirror.idsByPerson()].flatMap(([personId, ids]) =>
    ids.flatMap((id) => mirror.references(id, modelId).map(({ id: faceId, vector }) => ({ faceId, personId, vector }))),
  );
}
