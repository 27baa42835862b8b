import { corpus, scoreDetectors } from '@watchpost/bench/rules/corpus';
import { detectorNames } from '@watchpost/rules/rule';
import { expect, it } from 'vitest';

const never = new AbortController().signal;

it('the corpus has more than 200 positives and more than 200 look-alikes, for each detector', () => {
  const samples = corpus(1);
  expect(samples.filter(({ planted }) => planted.length > 0).length).toBeGreaterThanOrEqual(200);
  expect(samples.filter(({ planted }) => planted.length === 0).length).toBeGreaterThanOrEqual(200);
  expect(new Set(samples.flatMap(({ planted }) => planted.map(({ detector }) => detector)))).toEqual(new Set(detectorNames));
  expect(corpus(1)).toEqual(samples);
  expect(corpus(2)).not.toEqual(samples);
});

it('the detectors find nearly all that is planted, and hardly anything else', async () => {
  const { precision, recall, missed, mistaken } = await scoreDetectors(corpus(7), never);
  expect({ precision, recall, missed, mistaken }).toMatchObject({ missed: [], mistaken: [] });
  expect(precision).toBe(1);
  expect(recall).toBe(1);
}, 60_000);

it('the score counts what is missed and what is mistaken', async () => {
  const planted = [{ detector: 'card-numbers' as const, start: 0, end: 19 }];
  const score = await scoreDetectors(
    [
      { kind: 'no card', text: '4111 1111 1111 1112', planted },
      { kind: 'a card', text: '4111 1111 1111 1111', planted },
      { kind: 'look-alike', text: 'pay with 4111 1111 1111 1111', planted: [] },
    ],
    never,
  );
  expect(score).toMatchObject({ precision: 0.5, recall: 0.5, positives: 2, lookAlikes: 1 });
  expect(score.detectors['card-numbers']).toEqual({ precision: 0.5, recall: 0.5 });
  expect(score.missed).toEqual(['no card: 4111 1111 1111 1112']);
  expect(score.mistaken).toEqual(['card-numbers in look-alike: pay with 4111 1111 1111 1111']);
});
