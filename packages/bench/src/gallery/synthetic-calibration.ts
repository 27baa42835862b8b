import type { CalibrationTable } from '@watchpost/shared/calibration-table';
import { createCalibration } from '@watchpost/gallery/decide/calibration';
import { defaultDecisionSettings, type DecisionSettings } from '@watchpost/gallery/decide/decide';

/**
 * Of drawn vectors, which are simpler than faces: in a gallery of up to a hundred persons a face matches from a cosine of 0.655, is
 * uncertain from 0.585, and a rival lies within 0.04.
 */
const table: CalibrationTable = {
  strangers: { mean: 0.348, small: { one: 0, both: 0 } },
  samePerson: { mean: 0.645, small: { one: 0, both: 0 } },
  deviation: 0.072,
  shared: 0.95,
  referencePower: 0.65,
  neighbours: { share: 0, deviation: 1 },
};

/** The decisions of a gallery of drawn vectors. */
export const syntheticDecision: DecisionSettings = {
  ...defaultDecisionSettings,
  leastComparisons: 100,
  calibration: createCalibration(table),
};
