import type { Env } from '@watchpost/shared/config/parse-env';
import { faultClasses } from './pair/faults.ts';
import { toAppError } from '@watchpost/shared/errors';
import { exitCodeOf, type Bench } from '../bench.ts';
import { proveGallery } from './prove-gallery.ts';
import { proveMachines } from './prove-machines.ts';
import { provePair } from './prove-pair.ts';
import { provePictures } from './prove-pictures.ts';

const proofs = new Map<string, Bench>([
  ['gallery', proveGallery],
  ['pair', provePair],
  ['machines', proveMachines],
  ['pictures', provePictures],
]);

const usage = `usage: npm run --silent prove -- NAME [OPTIONS]

  gallery [--minutes 3] [--store mongo|mongo-standalone|postgres] [--seed N] [--runs N] [--steps 60] [--shrink 3] [--failures 1] [--without KIND,…] [--json]
      random sequences of changes, kills and stops by three processes on one database, compared with a model of the gallery
  pair [--shape redis-mongo|embedded] [--snapshots 1000] [--seed N] [--short] [--without CLASS,…] [--only CLASS,…] [--json]
      snapshots for ingest and worker, while they and their stores are killed and Slack lies: nothing lost, nothing posted twice
      classes: ${faultClasses.join(', ')}
  machines [--snapshots 300] [--seed N] [--short] [--json]
      the same on machines of their own (network namespaces; needs root) with a MongoDB of three: cables are cut, the primary is killed and steps down
  pictures [--count 5000] [--seed N] [--megabytes 1500] [--json]
      mutated pictures of every format through every decoder: no crash, no hang, bounded memory
  tests [FILE…]
      the tests in test/prove: processes that are killed, frozen, or of two releases; npm test leaves them out`;

/** Runs the proof that the first argument names and resolves to its exit code. Called by scripts/prove.mjs. */
export async function runProof([name = 'help', ...args]: string[], env: Env): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const proof = proofs.get(name);
  if (!proof) {
    if (name !== 'help') warn(`usage-invalid: there is no proof ${name}\n`);
    warn(usage);
    return name === 'help' ? 0 : 2;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    return await proof(args, { env, signal: interrupt.signal, print, warn });
  } catch (error) {
    const { code, message } = toAppError(error);
    warn(`${code}: ${message}`);
    return exitCodeOf(code);
  }
}
