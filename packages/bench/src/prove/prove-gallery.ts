import { z } from 'zod';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { readOptions, type Bench } from '../bench.ts';
import { storeNames } from './gallery/databases.ts';
import { searchGallery } from './gallery/search.ts';

const minuteMs = 60_000;

/**
 * Random sequences of everything that can happen to a gallery, by three processes on one database, compared with a model. Exit code 1 if
 * one of them ends in a state that the model does not allow; it is printed with its seed, as short as it was found.
 */
export const proveGallery: Bench = async (args, { env, print, warn, signal }) => {
  const options = readOptions(args, {
    minutes: wholeNumber(1, 10_000).default(3),
    seed: wholeNumber(0, 2 ** 31).default(Date.now() % 2 ** 31),
    store: z.enum(storeNames).optional(),
    runs: wholeNumber(1, 1_000_000).default(1_000_000),
    without: z.string().default(''),
    steps: wholeNumber(1, 1_000).default(60),
    shrink: wholeNumber(0, 10_000).default(3),
    failures: wholeNumber(1, 1_000).default(1),
  });
  const stores = options.store ? [options.store] : storeNames;
  const { seed, runs, steps, failures } = options;
  let isAllowed = true;
  for (const store of stores) {
    const search = {
      without: options.without.split(','),
      store,
      seed,
      runs,
      steps,
      failures,
      forMs: (options.minutes * minuteMs) / stores.length,
      shrinkMs: options.shrink * minuteMs,
    };
    const done = await searchGallery(search, env, signal, warn);
    if (options.json) print(JSON.stringify({ store, seed, ...done }));
    else {
      const found = done.failures.map((each) => `not allowed by the model, seed ${each.seed}:\n${each.message}`);
      print(`${store}: ${done.runs} sequences from seed ${seed}, ${done.steps} steps: ${found.join('\n') || 'all allowed by the model'}`);
    }
    isAllowed &&= done.failures.length === 0;
  }
  return isAllowed ? 0 : 1;
};
