import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { readOptions, type Bench } from '../bench.ts';
import { faultsOf } from './pair/faults.ts';
import { explain, ledgerLines, ledgerOf } from './pair/ledger.ts';
import { runPair } from './pair/run.ts';

const snapshotsOf = { long: 300, short: 40 };

/**
 * What `pair` proves, on several machines: processes in network namespaces of their own, which share nothing but a Redis and a MongoDB replica
 * set of three. Cables are cut, the primary is killed and steps down, processes are killed. Needs root. Exit code 1 if something was lost or posted twice.
 */
export const proveMachines: Bench = async (args, { env, print, warn, signal }) => {
  const short = args.includes('--short');
  const options = readOptions(
    args.filter((arg) => arg !== '--short'),
    {
      snapshots: wholeNumber(1, 100_000).default(short ? snapshotsOf.short : snapshotsOf.long),
      seed: wholeNumber(0, 2 ** 31).default(Date.now() % 2 ** 31),
    },
  );
  const { seed, snapshots } = options;
  // What a person must repair, and full disks, `pair` has.
  const run = { shape: 'machines', seed, snapshots, faults: faultsOf(['token', 'membership', 'disk'], []), short } as const;
  const finished = await runPair(run, env, signal, warn);
  const ledger = ledgerOf(finished, run);
  const isKept = finished.breaches.length === 0;
  if (options.json) print(JSON.stringify({ seed, ...ledger, found: finished.breaches }));
  else {
    print(`machines, seed ${String(seed)}: ${isKept ? 'nothing was lost or posted twice' : 'THEY DID NOT KEEP THEIR WORD'}`);
    for (const line of [...ledgerLines(ledger), ...explain(finished)]) print(line);
  }
  return isKept ? 0 : 1;
};
