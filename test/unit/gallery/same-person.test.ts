import type { Calibration } from '@watchpost/gallery/decide/calibration';
import { likenessOf } from '@watchpost/gallery/decide/alike';
import { judgePair } from '@watchpost/gallery/decide/same-person';
import { defaultRiskSettings } from '@watchpost/gallery/decide/yardstick';
import { expect, it } from 'vitest';

/** One stranger in ten reaches 0.1, one in a hundred 0.2, and so on; smaller faces are a tenth less similar. */
const calibration: Calibration = {
  falseMatchRate: ({ similarity, probeSizePx }) => 10 ** (-10 * (similarity + (probeSizePx < 40 ? 0.1 : 0))),
  falseNonMatchRate: ({ similarity }) => 10 ** (20 * (similarity - 0.4)),
  likelihoodRatio: ({ similarity }) => similarity * 10,
  similarityAt: (rate) => -Math.log10(rate) / 10,
  marginAt: () => 0.1,
  neighboursShare: 0,
  comparisons: ({ persons }) => persons,
};
const risk = { ...defaultRiskSettings, calibration };
const sizes = { probeSizePx: 80, referenceSizePx: 80 };

it.each([
  [0.4478, 'same', 'one stranger in a thousand would be named in a gallery of thirty'],
  [0.4476, 'not sure', 'it would be a few more'],
  [0.2779, 'not sure', 'one in twenty would be uncertain'],
  [0.2777, 'different', 'it would be a few more'],
] as const)('two faces of similarity %d are judged "%s": %s', (similarity, verdict, _because) => {
  expect(judgePair({ similarity, ...sizes }, risk)).toEqual({ verdict, likelihoodRatio: similarity * 10 });
});

it('what a similarity means depends on the sizes of the faces', () => {
  expect(judgePair({ similarity: 0.4, ...sizes }, risk).verdict).toBe('not sure');
  expect(judgePair({ similarity: 0.4, probeSizePx: 24, referenceSizePx: 80 }, risk).verdict).toBe('same');
});

it.each([
  [0.4478, 'same', 'a stranger is hardly ever so similar'],
  [0.4476, 'unclear', 'it may be either'],
  [0.2777, 'unclear', 'a stranger mostly is less similar, but so are some faces of one person'],
  [0.2499, 'different', 'hardly any two faces of one person are so far apart'],
] as const)('faces of two pictures with similarity %d are called "%s": %s', (similarity, likeness, _because) => {
  expect(likenessOf({ similarity, ...sizes }, risk)).toBe(likeness);
});
