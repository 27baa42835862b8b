import { expect, it } from 'vitest';
import { searchGallery } from '@watchpost/bench/prove/gallery/search';
import type { StoreName } from '@watchpost/bench/prove/gallery/databases';
import { describeWith } from '../support/describe-with.ts';

const stores: StoreName[] = ['mongo', 'mongo-standalone', 'postgres'];
const never = new AbortController().signal;
/** `npm run prove -- gallery` does this for longer, with other seeds. A change that meets an open transaction takes seconds until it gives up. */
const short = { seed: 20_261, forMs: 3_000, runs: 1_000, failures: 1, steps: 30, shrinkMs: 30_000, without: ['hand-open'] };

describeWith(['mongo', 'postgres'], 'random sequences of changes by three processes, which are stopped and killed', () => {
  it.each(stores)(
    'end in a state that the model allows: %s',
    async (store) => {
      const { failures, runs, steps } = await searchGallery({ ...short, store }, process.env, never);
      expect(failures.map(({ seed, message }) => `seed ${seed}:\n${message}`).join('\n')).toBe('');
      expect(runs).toBeGreaterThan(0);
      expect(steps).toBeGreaterThan(0);
    },
    180_000,
  );
});
