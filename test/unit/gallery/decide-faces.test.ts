import { decideFaces } from '@watchpost/gallery/recognise/decide-faces';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { syntheticDecision } from '@watchpost/bench/gallery/synthetic-calibration';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { expect, it } from 'vitest';
import { alikeVector, face, strangerVector } from '../../support/gallery-backends.ts';
import { storedFace, storedPerson } from '../../support/gallery-samples.ts';

const ada = strangerVector(1);
const deps = {
  mirror: createMirror(createExactIndex),
  metrics: createGalleryMetrics(createMetrics({ processMetrics: false })),
  decision: syntheticDecision,
};
deps.mirror.apply({
  persons: [storedPerson('ada')],
  faces: [storedFace('f1', 'ada', { embedding: ada })],
  pairs: [],
});
/** A little more similar than a match needs when one stranger in a thousand may be named. */
const justAda = face(alikeVector(ada, 0.66, 2), { sizePx: 50, quality: 0.5 });

it.each([
  [undefined, 'match'],
  [1_000, 'match'],
  [100_000, 'new'],
  [20, 'match'],
] as const)('where one stranger in %s may be given a name, a face that is just like somebody is decided "%s"', (oneIn, kind) => {
  expect(decideFaces(deps, [justAda], oneIn)).toMatchObject([{ kind }]);
});

it('what is named is never less sure than what is uncertain, whatever the settings of a camera say', () => {
  const barely = face(alikeVector(ada, 0.57, 2), { sizePx: 30, quality: 0.3 });
  expect(decideFaces(deps, [barely], 2)).toMatchObject([{ kind: 'unrecognisable' }]);
});
