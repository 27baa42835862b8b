import { decide, type Candidate, type Decision, type DecisionSettings } from '@watchpost/gallery/decide/decide';
import { dot } from '@watchpost/shared/vectors';
import { createRandom } from '../prove/random.ts';
import { groupBy } from '../report/statistics.ts';
import type { LabelledFace } from './person-folders.ts';

/** What a gallery of some size decides about strangers and friends. Shares of the faces shown. */
export interface GalleryResult {
  persons: number;
  references: number;
  /** How many of the persons are drawn: strangers as the calibration says they are. */
  drawn: number;
  strangers: number;
  strangersNamed: number;
  strangersUncertain: number;
  friends: number;
  friendsNamed: number;
  /** Taken for somebody else. */
  friendsMisnamed: number;
}

const galleries = [10, 100, 1_000, 10_000];
const references = [1, 3, 10];
/** Faces shown of each person in a round. */
const shown = 4;
/** So many of the nearest persons decide. */
const compared = 8;
/**
 * Some faces resemble everybody more than others do: the share of the variance of strangers' similarities that belongs to the face and not to the
 * pair. Of 3,619 faces of press photographs, the means over all strangers have a deviation of 0.024, all similarities one of 0.066.
 */
const varianceOfFace = 0.13;
/** Of the persons with enough pictures, the share that is not in the gallery. */
const strangersShare = 1 / 3;

/**
 * Shows galleries of 10 to 10,000 persons with 1, 3 and 10 references the other faces of their persons, and strangers, by the decisions
 * that workers make. Where there are too few persons, others are drawn: as similar to a face as strangers are. The same seed gives the same result.
 */
export function measureGalleries(
  faces: readonly LabelledFace[],
  settings: DecisionSettings,
  { rounds = 6, seed = 1 } = {},
): GalleryResult[] {
  return galleries.flatMap((persons) =>
    references.map((each) => {
      const random = createRandom(seed);
      const total = {
        drawn: persons,
        strangers: 0,
        strangersNamed: 0,
        strangersUncertain: 0,
        friends: 0,
        friendsNamed: 0,
        friendsMisnamed: 0,
      };
      for (let round = 0; round < rounds; round += 1) addRound(total, faces, { persons, references: each }, settings, random);
      const { strangers, friends } = total;
      return {
        persons,
        references: each,
        drawn: total.drawn,
        strangers,
        strangersNamed: total.strangersNamed / strangers,
        strangersUncertain: total.strangersUncertain / strangers,
        friends,
        friendsNamed: total.friendsNamed / friends,
        friendsMisnamed: total.friendsMisnamed / friends,
      };
    }),
  );
}

interface Size {
  persons: number;
  references: number;
}
type Total = Omit<GalleryResult, keyof Size>;

function addRound(total: Total, faces: readonly LabelledFace[], size: Size, settings: DecisionSettings, random: () => number): void {
  const all = shuffled([...groupBy(faces, ({ person }) => person).values()], random).map((group) => shuffled(group, random));
  const able = all.filter((group) => group.length > size.references);
  const enrolled = able.slice(0, Math.min(size.persons, able.length - Math.floor(able.length * strangersShare)));
  const inGallery = new Set(enrolled);
  const gallery = enrolled.map((group) => group.slice(0, size.references));
  total.drawn = Math.min(total.drawn, size.persons - enrolled.length);
  const decideAbout = (face: LabelledFace): Decision | undefined => seen(face, gallery, size, settings, random);
  for (const group of enrolled)
    for (const face of group.slice(size.references, size.references + shown)) {
      const decision = decideAbout(face);
      total.friends += 1;
      if (decision?.kind !== 'match') continue;
      if (decision.candidate.personId === face.person) total.friendsNamed += 1;
      else total.friendsMisnamed += 1;
    }
  for (const group of all.filter((each) => !inGallery.has(each)))
    for (const face of group.slice(0, shown)) {
      const decision = decideAbout(face);
      total.strangers += 1;
      if (decision?.kind === 'match') total.strangersNamed += 1;
      else if (decision?.kind === 'uncertain' || (decision?.kind === 'new' && decision.mayBe !== null)) total.strangersUncertain += 1;
    }
}

function seen(
  face: LabelledFace,
  gallery: readonly (readonly LabelledFace[])[],
  { persons, references: each }: Size,
  settings: DecisionSettings,
  random: () => number,
): Decision | undefined {
  const nearest = gallery.map((group): Candidate => {
    const [first, ...others] = group.map(({ embedding, sizePx }) => ({ similarity: dot(embedding, face.embedding), sizePx }));
    const best = others.reduce((found, other) => (other.similarity > (found?.similarity ?? -1) ? other : found), first);
    return candidate(group[0]?.person ?? '', best?.similarity ?? -1, best?.sizePx ?? 0);
  });
  const size = { persons, faces: persons * each };
  const candidates = [...nearest, ...drawnNearest(face, persons - gallery.length, each, settings, random)];
  candidates.sort((one, other) => other.similarity - one.similarity);
  const probe = { quality: face.quality, sizePx: face.sizePx, candidates: candidates.slice(0, compared) };
  return decide([probe], () => 0, settings, { notSame: () => false, size })[0];
}

/** The most similar of so many persons who are drawn, most similar first. */
function drawnNearest(
  { sizePx }: LabelledFace,
  persons: number,
  each: number,
  { calibration }: DecisionSettings,
  random: () => number,
): Candidate[] {
  const comparisons = calibration.comparisons({ persons, faces: persons * each });
  const sizes = { probeSizePx: sizePx, referenceSizePx: 100 };
  const mean = calibration.similarityAt(0.5, sizes);
  const ofFace = Math.sqrt(varianceOfFace) * (calibration.similarityAt(random(), sizes) - mean);
  const nearest: Candidate[] = [];
  // The share of strangers who are as similar as the highest of so many independent ones, as the next, and so on.
  let rate = 0;
  for (let rank = 0; rank < Math.min(compared, comparisons); rank += 1) {
    rate = 1 - (1 - rate) * random() ** (1 / Math.max(1, comparisons - rank));
    const ofPair = Math.sqrt(1 - varianceOfFace) * (calibration.similarityAt(rate, sizes) - mean);
    nearest.push(candidate(`drawn ${rank}`, mean + ofFace + ofPair, sizes.referenceSizePx));
  }
  return nearest;
}

function candidate(personId: string, similarity: number, referenceSizePx: number): Candidate {
  return { personId, status: 'named', name: personId, similarity, faceId: personId, referenceSizePx, negative: -1, mayBe: null };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
