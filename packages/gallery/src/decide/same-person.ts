import type { Comparison } from './calibration.ts';
import { createYardstick, type RiskSettings } from './yardstick.ts';

/** Whether two faces show one person. */
export interface PairVerdict {
  verdict: 'same' | 'not sure' | 'different';
  /** How much likelier one person is than two. */
  likelihoodRatio: number;
}

/** A gallery in which one of two faces is the only reference of somebody: as small as galleries are judged. */
const gallery = { persons: 1, faces: 1 };

/** What a small gallery would decide about a face that is so similar to the reference of one of them. Pure. */
export function judgePair({ similarity, probeSizePx, referenceSizePx }: Comparison, risk: RiskSettings): PairVerdict {
  const yardstick = createYardstick(risk, gallery, { probeSizePx });
  const likeness = { similarity, referenceSizePx };
  const verdict = yardstick.isMatch(likeness) ? 'same' : yardstick.isNear(likeness) ? 'not sure' : 'different';
  return { verdict, likelihoodRatio: yardstick.likelihoodRatio(likeness) };
}
