/**
 * Is a candidate a face? Two witnesses, who see differently well by size (docs/seeing.md has the counts):
 * the mesh model's flag is nearly always above 0.7 for true faces of 20 pixels and more, and says nothing about smaller ones;
 * the likeness (cosine to the mean of many faces) of true faces sinks below 16 pixels, that of false boxes sinks further.
 */
const meshSeesFromPx = 20;
const minMeshScore = 0.1;
/** Without the second witness, the first must be surer. */
const minMeshScoreAlone = 0.5;

const fullLikenessFromPx = 16;
const leastLikenessAtPx = 10;
/** Of the embedding model's `minLikeness`, for the smallest faces. */
const leastLikenessShare = 0.85;

/** By the mesh model's flag for a face of this many pixels. `hasLikeness`: the embedding will be asked as well. */
export function passesMesh(flag: number, sizePx: number, hasLikeness: boolean): boolean {
  if (sizePx < meshSeesFromPx) return true;
  return flag >= (hasLikeness ? minMeshScore : minMeshScoreAlone);
}

/** The least likeness that a face of this many pixels must have; `minLikeness` is that of a face large enough. */
export function neededLikeness(sizePx: number, minLikeness: number): number {
  const part = Math.min(1, Math.max(0, (sizePx - leastLikenessAtPx) / (fullLikenessFromPx - leastLikenessAtPx)));
  return minLikeness * (leastLikenessShare + (1 - leastLikenessShare) * part);
}
