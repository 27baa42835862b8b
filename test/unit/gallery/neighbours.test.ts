import { createRandom } from '@watchpost/bench/prove/random';
import { builtInCalibration } from '@watchpost/gallery/decide/calibration';
import { decide, defaultDecisionSettings, type Candidate, type Decision } from '@watchpost/gallery/decide/decide';
import { createYardstick, defaultRiskSettings, meanOfNeighbours } from '@watchpost/gallery/decide/yardstick';
import { expect, it } from 'vitest';

const risk = { ...defaultRiskSettings, calibration: builtInCalibration };
const large = { persons: 100, faces: 300 };
const full = { similarity: 0.83, referenceSizePx: 100 };

const candidate = (personId: string, similarity: number, more: Partial<Candidate> = {}): Candidate => ({
  personId,
  status: 'named',
  name: personId,
  similarity,
  faceId: personId,
  referenceSizePx: 100,
  negative: -1,
  mayBe: null,
  ...more,
});

function decideAbout(candidates: Candidate[], size = large): Decision | undefined {
  return decide([{ quality: 0.9, sizePx: 100, candidates }], () => 0, defaultDecisionSettings, { notSame: () => false, size })[0];
}

const five = (similarity: number) => [1, 2, 3, 4, 5].map((number) => candidate(`other ${number}`, similarity));

it('a face that resembles everybody must resemble somebody more, and one that resembles nobody else less', () => {
  expect(decideAbout([candidate('Ada', 0.83), ...five(0.69)])?.kind).toBe('match');
  expect(decideAbout([candidate('Ada', 0.83), ...five(0.75)])).toMatchObject({ kind: 'new', mayBe: 'Ada' });
});

it('a person who is in the gallery twice does not stand in their own way', () => {
  const twin = candidate('Unknown 8', 0.84, { status: 'unknown', name: '' });
  const found = decideAbout([candidate('Unknown 7', 0.85, { status: 'unknown', name: '' }), twin, twin, twin, ...five(0.7)]);
  expect(found).toMatchObject({ kind: 'unknown', candidate: { personId: 'Unknown 7' } });
});

it('small galleries show nothing of the kind, and too few neighbours neither', () => {
  const measured = { probeSizePx: 100, neighbours: 0.75 };
  for (const persons of [1, 10, 30]) {
    const size = { persons, faces: persons };
    expect(createYardstick(risk, size, measured).strangersAlike(full)).toBe(
      createYardstick(risk, size, { probeSizePx: 100 }).strangersAlike(full),
    );
  }
  expect(createYardstick(risk, large, measured).strangersAlike(full)).toBeGreaterThan(
    createYardstick(risk, large, { probeSizePx: 100 }).strangersAlike(full),
  );
  expect(meanOfNeighbours([0.7, 0.7, 0.7, 0.7].map((similarity) => ({ similarity })))).toBeNull();
});

it('the lines that it gives are where its own measure says so, whatever the neighbours', () => {
  for (const neighbours of [null, 0.6, 0.7, 0.8])
    for (const persons of [2, 50, 1_000]) {
      const yardstick = createYardstick(risk, { persons, faces: 3 * persons }, { probeSizePx: 60, neighbours });
      const { match, uncertain } = yardstick.linesAt(100);
      const alike = (similarity: number) => yardstick.strangersAlike({ similarity, referenceSizePx: 100 });
      expect(alike(match)).toBeCloseTo(risk.strangersNamed, 6);
      expect(alike(uncertain)).toBeCloseTo(risk.strangersUncertain, 6);
      expect(yardstick.isMatch({ similarity: match + 1e-6, referenceSizePx: 100 })).toBe(true);
      expect(yardstick.isMatch({ similarity: match - 1e-6, referenceSizePx: 100 })).toBe(false);
    }
});

it('names fewer strangers than it may, where some faces resemble everybody more than others do', () => {
  const random = createRandom(4);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  // The deviation of the fit: half of the variance below belongs to the face, half to each pair.
  const [ofFace, ofPair] = [0.0585 * Math.SQRT1_2, 0.0585 * Math.SQRT1_2];
  let [named, plain] = [0, 0];
  const rounds = 20_000;
  for (let round = 0; round < rounds; round += 1) {
    const alike = normal() * ofFace;
    const similarities = Array.from({ length: 100 }, () => 0.586 + alike + normal() * ofPair).toSorted((a, b) => b - a);
    const [best = 0, ...others] = similarities;
    const size = { persons: 100, faces: 100 };
    const likeness = { similarity: best, referenceSizePx: 100 };
    const neighbours = meanOfNeighbours(others.map((similarity) => ({ similarity })));
    named += createYardstick(risk, size, { probeSizePx: 100, neighbours }).isMatch(likeness) ? 1 : 0;
    plain += createYardstick(risk, size, { probeSizePx: 100 }).isMatch(likeness) ? 1 : 0;
  }
  expect(named / rounds).toBeLessThan(risk.strangersNamed);
  expect(named).toBeLessThanOrEqual(plain);
}, 30_000);
