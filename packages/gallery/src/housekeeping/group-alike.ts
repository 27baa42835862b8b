import { setImmediate as breathe } from 'node:timers/promises';
import { dot as cosine } from '@watchpost/shared/vectors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { StoredFace } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { GalleryStore } from '../store.ts';
import type { Assessor } from './assessor.ts';
import { meanOf, type OwnFace } from './find-same.ts';

export interface GroupAlikeDeps {
  mirror: Mirror;
  store: Pick<GalleryStore, 'faces'>;
  assessor: Assessor;
}

/** Groups people by likeness for somebody who names them: by the measure by which housekeeping says that one may be another. */
export interface GroupAlike {
  /**
   * Groups of these persons, in the order of the first of each; everybody is in one, most alone. What was compared before is remembered as
   * long as a person's faces stay the same. Yields to other work. Rejects with `gallery-unavailable`.
   */
  group(personIds: readonly string[], signal: AbortSignal): Promise<string[][]>;
}

/** The references that are compared of each person: one of a picture, the best ones. */
const mostFaces = 3;
const personsRead = 100;
/** Without a pause, milliseconds. */
const longestStepMs = 5;

/** What is compared of a person. `key`: of which faces. */
interface Looks {
  key: string;
  byModel: Map<string, OwnFace[]>;
}

export function createGroupAlike({ mirror, store, assessor }: GroupAlikeDeps): GroupAlike {
  const looks = new Map<string, Looks>();
  /** Of each person, whom it may be, and how much likelier that is than not. */
  const alike = new Map<string, Map<string, number>>();

  const drop = (id: string): void => {
    for (const other of alike.get(id)?.keys() ?? []) alike.get(other)?.delete(id);
    alike.delete(id);
    looks.delete(id);
  };

  /** Reads the faces of those that are new or have other faces now. Resolves to them. */
  const readLooks = async (personIds: readonly string[], signal: AbortSignal): Promise<string[]> => {
    const wanted = new Map(personIds.map((id) => [id, bestFaces(mirror, id)]));
    for (const id of looks.keys()) if (wanted.get(id)?.join(' ') !== looks.get(id)?.key) drop(id);
    const fresh = [...wanted].filter(([id]) => !looks.has(id));
    for (let from = 0; from < fresh.length; from += personsRead) {
      const some = fresh.slice(from, from + personsRead);
      const read = await store.faces({ ids: some.flatMap(([, faceIds]) => faceIds) }, { embeddings: true }, signal);
      const byId = new Map(read.map((face) => [face.id, face]));
      for (const [id, faceIds] of some) {
        const faces = faceIds.flatMap((faceId) => byId.get(faceId) ?? []);
        looks.set(id, { key: faceIds.join(' '), byModel: byModel(faces) });
      }
    }
    return fresh.map(([id]) => id);
  };

  const compareTwo = (one: string, other: string): void => {
    const likelihood = likelihoodOf(looks.get(one), looks.get(other), assessor);
    if (likelihood === null) return;
    note(alike, one, other, likelihood);
    note(alike, other, one, likelihood);
  };

  const group: GroupAlike['group'] = async (personIds, signal) => {
    const fresh = await readLooks(personIds, signal);
    const rest = new Set(personIds);
    let startMs = performance.now();
    for (const one of fresh) {
      rest.delete(one);
      for (const other of rest) {
        compareTwo(one, other);
        if (performance.now() - startMs < longestStepMs) continue;
        await breathe();
        throwIfAborted(signal);
        startMs = performance.now();
      }
    }
    return gather(personIds);
  };

  /** Whoever comes first takes those who may be the same, the likeliest first, unless one of the group is known to be somebody else. */
  const gather = (personIds: readonly string[]): string[][] => {
    const left = new Set(personIds);
    const groups: string[][] = [];
    for (const id of personIds) {
      if (!left.delete(id)) continue;
      const members = [id];
      const near = [...(alike.get(id) ?? [])].sort(([, a], [, b]) => b - a);
      for (const [other] of near) {
        if (!left.has(other) || members.some((member) => mirror.notSame(member, other))) continue;
        left.delete(other);
        members.push(other);
      }
      groups.push(members);
    }
    return groups;
  };

  return { group };
}

function note(alike: Map<string, Map<string, number>>, one: string, other: string, likelihood: number): void {
  const known = alike.get(one);
  if (known) known.set(other, likelihood);
  else alike.set(one, new Map([[other, likelihood]]));
}

/** The ids of a person's best references of each model, one of a picture. */
function bestFaces(mirror: Mirror, personId: string): string[] {
  const faces = mirror.facesOf(personId).filter(({ role }) => role === 'reference');
  const taken = new Map<string, number>();
  const pictures = new Set<string>();
  return faces
    .sort((a, b) => b.quality - a.quality || (a.id < b.id ? -1 : 1))
    .flatMap(({ id, modelId, snapshotId }) => {
      const count = taken.get(modelId) ?? 0;
      const picture = `${modelId} ${snapshotId ?? id}`;
      if (count >= mostFaces || pictures.has(picture)) return [];
      taken.set(modelId, count + 1);
      pictures.add(picture);
      return [id];
    });
}

function byModel(faces: readonly StoredFace[]): Looks['byModel'] {
  const models: Looks['byModel'] = new Map();
  for (const { id, modelId, embedding, sizePx } of faces) {
    if (embedding.length === 0) continue;
    models.set(modelId, [...(models.get(modelId) ?? []), { id, vector: embedding, sizePx }]);
  }
  return models;
}

/** How much likelier two are one person than not; null where they are somebody else's, or cannot be compared. */
function likelihoodOf(one: Looks | undefined, other: Looks | undefined, assessor: Assessor): number | null {
  if (!one || !other) return null;
  let best: number | null = null;
  for (const [modelId, own] of one.byModel) {
    const theirs = other.byModel.get(modelId);
    if (!theirs || !isWorthwhile(own, theirs, assessor)) continue;
    for (const comparison of [meanOf(own, theirs), meanOf(theirs, own)]) {
      if (!comparison || assessor.verdict(comparison) === 'different') continue;
      best = Math.max(best ?? 0, assessor.likelihood(comparison));
    }
  }
  return best;
}

/** Strangers, by far the most, are told by one pair of faces. */
function isWorthwhile(own: readonly OwnFace[], theirs: readonly OwnFace[], assessor: Assessor): boolean {
  const least = leastOf(Math.max(...own.map(({ sizePx }) => sizePx)), assessor);
  return own.some(({ vector }) => theirs.some((each) => each.vector.length === vector.length && cosine(vector, each.vector) >= least));
}

/** `Assessor.least` takes a search in a curve: sizes are rounded, and each is asked once a moment. */
function leastOf(sizePx: number, assessor: Assessor): number {
  const size = Math.round(sizePx / 10) * 10;
  const now = performance.now();
  const known = leasts.get(assessor);
  const sizes = known && now - known.atMs < leastKeepMs ? known : { atMs: now, bySize: new Map<number, number>() };
  if (sizes !== known) leasts.set(assessor, sizes);
  const least = sizes.bySize.get(size) ?? assessor.least(size) - tolerance;
  sizes.bySize.set(size, least);
  return least;
}
const leasts = new WeakMap<Assessor, { atMs: number; bySize: Map<number, number> }>();
const leastKeepMs = 60_000;
/** The mean of several faces may be enough where the best single pair is a little below. */
const tolerance = 0.1;
