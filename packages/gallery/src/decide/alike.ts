import type { Likeness } from '../questions.ts';
import type { Comparison } from './calibration.ts';
import { judgePair } from './same-person.ts';
import type { RiskSettings } from './yardstick.ts';

/** Two faces are different persons' if so few pairs of one person's faces, or fewer, are as far apart. */
const onePersonsApart = 0.001;

/** What the similarity of two faces of different pictures tells. As sure as a match in a small gallery is. Pure. */
export function likenessOf(comparison: Comparison, risk: RiskSettings): Likeness {
  const { verdict } = judgePair(comparison, risk);
  if (verdict === 'same') return 'same';
  return verdict === 'different' && risk.calibration.falseNonMatchRate(comparison) <= onePersonsApart ? 'different' : 'unclear';
}
