import { z } from 'zod';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { readOptions, type Bench } from '../bench.ts';
import { faultClasses, faultsOf } from './pair/faults.ts';
import { explain, ledgerLines, ledgerOf } from './pair/ledger.ts';
import { shapes } from './pair/pair.ts';
import { runPair } from './pair/run.ts';

const snapshotsOf = { long: 1_000, short: 40 };

/**
 * Snapshots for ingest and worker, which are killed, whose stores are killed, frozen and full, and whose Slack lies. At the end each
 * acknowledged snapshot must have one outcome, each post must be there once, and nobody may be two persons. Exit code 1 otherwise; what
 * happened to each offender is printed.
 */
export const provePair: Bench = async (args, { env, print, warn, signal }) => {
  const short = args.includes('--short');
  const list = z
    .string()
    .default('')
    .transform((text) => text.split(',').filter(Boolean));
  const options = readOptions(
    args.filter((arg) => arg !== '--short'),
    {
      shape: z.enum(shapes).optional(),
      snapshots: wholeNumber(1, 100_000).default(short ? snapshotsOf.short : snapshotsOf.long),
      seed: wholeNumber(0, 2 ** 31).default(Date.now() % 2 ** 31),
      without: list,
      only: list,
    },
  );
  const unknown = [...options.without, ...options.only].filter((name) => !faultClasses.some((each) => each === name));
  if (unknown.length > 0)
    throw new AppError('usage-invalid', `no such class: ${unknown.join(', ')} (there are ${faultClasses.join(', ')})`);
  const faults = faultsOf(options.without, options.only);
  const { seed, snapshots } = options;
  let isKept = true;
  for (const shape of options.shape ? [options.shape] : shapes) {
    const run = { shape, seed, snapshots, faults, short };
    const finished = await runPair(run, env, signal, warn);
    const ledger = ledgerOf(finished, run);
    if (options.json) print(JSON.stringify({ shape, seed, ...ledger, found: finished.breaches }));
    else {
      print(
        `${shape}, seed ${String(seed)}: ${finished.breaches.length === 0 ? 'the pair kept its word' : 'THE PAIR DID NOT KEEP ITS WORD'}`,
      );
      for (const line of [...ledgerLines(ledger), ...explain(finished)]) print(line);
    }
    isKept &&= finished.breaches.length === 0;
  }
  return isKept ? 0 : 1;
};
