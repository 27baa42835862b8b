import type { Env } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import { proveGallery } from './prove-gallery.ts';
import { provePictures } from './prove-pictures.ts';

const proofs = { gallery: proveGallery, pictures: provePictures };

const usage = `usage: npm run --silent prove -- NAME [OPTIONS]

  gallery [--minutes 3] [--store mongo|mongo-standalone|postgres] [--seed N] [--runs N] [--steps 60] [--shrink 3] [--failures 1] [--without KIND,…] [--json]
      random sequences of changes, kills and stops by three processes on one database, compared with a model of the gallery
  pictures [--count 5000] [--seed N] [--megabytes 1500] [--json]
      mutated pictures of every format through every decoder: no crash, no hang, bounded memory`;

/** Runs the proof that the first argument names and resolves to its exit code. Called by scripts/prove.mjs. */
export async function runProof([name = 'help', ...args]: string[], env: Env): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  if (name !== 'gallery' && name !== 'pictures') {
    warn(usage);
    return name === 'help' ? 0 : 2;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    return await proofs[name](args, { env, signal: interrupt.signal, print, warn });
  } catch (error) {
    const { code, message } = toAppError(error);
    warn(`${code}: ${message}`);
    return 1;
  }
}
