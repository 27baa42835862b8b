import { dot as cosine } from '@watchpost/shared/vectors';
import { decide, type Decision, type DecisionSettings } from '../decide/decide.ts';
import { createYardstick } from '../decide/yardstick.ts';
import type { ProbeFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { GalleryMetrics } from '../metrics.ts';

export interface DecideFacesDeps {
  mirror: Mirror;
  metrics: GalleryMetrics;
  decision: DecisionSettings;
}

/** To tell whether a face resembles everybody: the best, some who may be the best once more, and the neighbours (decide/yardstick.ts). */
const enoughPersons = 8;

/** Decides from memory about all faces of a picture. `oneIn`: of so many strangers one may be given a name; absent: as configured. */
export function decideFaces({ mirror, metrics, decision }: DecideFacesDeps, faces: readonly ProbeFace[], oneIn?: number): Decision[] {
  const settings = withRisk(decision, oneIn);
  const size = mirror.counts();
  const ranked = faces.map((face) => {
    const startMs = performance.now();
    const { linesAt } = createYardstick(settings, size, { probeSizePx: face.sizePx });
    const { margin, uncertain } = linesAt(face.sizePx);
    const candidates = mirror.candidates(face.embedding, face.modelId, { margin, least: uncertain, persons: enoughPersons });
    metrics.matchSeconds.observe((performance.now() - startMs) / 1_000);
    return { quality: face.quality, sizePx: face.sizePx, candidates };
  });
  const notSame = (one: string, other: string): boolean => mirror.notSame(one, other);
  return decide(ranked, (i, j) => similarity(faces[i], faces[j]), settings, { notSame, size });
}

/** What is named is never less sure than what is uncertain. */
function withRisk(settings: DecisionSettings, oneIn: number | undefined): DecisionSettings {
  return oneIn === undefined ? settings : { ...settings, strangersNamed: Math.min(1 / oneIn, settings.strangersUncertain) };
}

function similarity(one: ProbeFace | undefined, other: ProbeFace | undefined): number {
  return one && other && one.modelId === other.modelId ? cosine(one.embedding, other.embedding) : -1;
}
