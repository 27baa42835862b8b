import type { Calibration, Comparison } from './calibration.ts';

/** Whether two faces show one person. */
export interface PairVerdict {
  verdict: 'same' | 'not sure' | 'different';
  /** How much likelier one person is than two. */
  likelihoodRatio: number;
}

/** Small galleries are judged like one of so many persons: relatives and friends resemble each other. */
const persons = 100;
/** Of so many strangers one may be taken for somebody in the gallery, and at most so many may be uncertain. */
const named = 0.001;
const uncertain = 0.05;

/** What a gallery of a hundred persons would decide about a face that is so similar to the reference of one of them. Pure. */
export function judgePair(comparison: Comparison, calibration: Calibration): PairVerdict {
  const expected = persons * calibration.falseMatchRate(comparison);
  const verdict = expected <= named ? 'same' : expected <= uncertain ? 'not sure' : 'different';
  return { verdict, likelihoodRatio: calibration.likelihoodRatio(comparison) };
}
