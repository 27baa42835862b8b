import '@watchpost/see/no-telemetry';
import type { Env } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import type { BenchIo } from './gallery/bench-io.ts';

type Bench = { usage: string; run: (args: string[], io: BenchIo) => Promise<number> };

/** The developers' measurements, loaded when they are called. */
const benches: Record<string, () => Promise<Bench>> = {
  inference: () => import('./inference.ts'),
  frames: () => import('./frames.ts'),
  threads: () => import('./threads.ts'),
  accuracy: () => import('./accuracy.ts'),
  gallery: () => import('./gallery.ts'),
  'enroll-race': () => import('./enroll-race.ts'),
  acks: () => import('./acks.ts'),
};

/** Runs the bench named first; answers the exit code. scripts/bench.mjs calls it. */
export async function runBench([name = 'help', ...args]: string[], env: Env): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const load = benches[name];
  if (!load) {
    warn('usage: npm run --silent bench -- NAME [--json] [--data DIR]\n');
    for (const each of Object.values(benches)) warn(`  ${(await each()).usage}`);
    return name === 'help' ? 0 : 2;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    return await (await load()).run(args, { env, signal: interrupt.signal, print, warn });
  } catch (error) {
    const { code, message } = toAppError(error);
    warn(`${code}: ${message}`);
    return 1;
  }
}
