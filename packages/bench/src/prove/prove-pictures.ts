import { mkdtemp, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { throwIfAborted } from '@watchpost/shared/wait';
import { readOptions, type Bench } from '../bench.ts';
import { mutate } from './pictures/mutate.ts';
import { makeOriginals } from './pictures/originals.ts';
import { startDecoder, type Decoded, type Decoder } from './pictures/processes.ts';

const megabyte = 2 ** 20;

/** What all pictures together led to. */
interface Ledger {
  pictures: number;
  /** Outcomes by code; `picture` where there was one. */
  outcomes: Record<string, number>;
  slowestMs: number;
  slowest: string;
  peakMb: number;
  processes: number;
  findings: string[];
}

/**
 * Decodes `--count` mutated pictures of every format in every way that a worker does. Each must become a picture, or an error that says
 * what is wrong with the file, within the engine's time and `--megabytes` of memory. Exit code 1 and the picture's file otherwise;
 * `--seed N --count 1` repeats one.
 */
export const provePictures: Bench = async (args, { env, print, warn, signal }) => {
  const options = readOptions(args, {
    count: wholeNumber(1, 10_000_000).default(5_000),
    seed: wholeNumber(0, 2 ** 31).default(Date.now() % 2 ** 31),
    megabytes: wholeNumber(100, 100_000).default(1_500),
  });
  const originals = await makeOriginals();
  const ledger: Ledger = { pictures: 0, outcomes: {}, slowestMs: 0, slowest: '', peakMb: 0, processes: 1, findings: [] };
  let decoder = await startDecoder(env);
  let next = options.seed;
  const end = options.seed + options.count;

  const report = async (seed: number, name: string, what: string, bytes: Uint8Array): Promise<void> => {
    const file = join(await mkdtemp(join(tmpdir(), 'watchpost-picture-')), String(seed));
    await writeFile(file, bytes);
    ledger.findings.push(`${name}: ${what} (--seed ${seed} --count 1; kept as ${file})`);
    warn(ledger.findings.at(-1) ?? '');
  };
  const work = async (): Promise<void> => {
    while (next < end) {
      throwIfAborted(signal);
      const seed = next++;
      const { name, bytes } = mutate(originals, seed);
      let result = await decoder.decode({ seed, bytes });
      if (typeof result === 'string') {
        // Pictures in other threads died with it: this one alone tells whether it is the culprit.
        decoder = await replace(decoder);
        result = await decoder.decode({ seed, bytes });
      }
      for (const finding of judge(result, ledger, name, options.megabytes)) await report(seed, name, finding, bytes);
      ledger.pictures += 1;
      if (ledger.pictures % 500 === 0) warn(`${ledger.pictures} pictures`);
    }
  };
  const replacing = new Map<Decoder, Promise<Decoder>>();
  const replace = async (dead: Decoder): Promise<Decoder> => {
    if (dead !== decoder) return decoder;
    const started = replacing.get(dead) ?? startDecoder(env);
    if (!replacing.has(dead)) ledger.processes += 1;
    replacing.set(dead, started);
    return started;
  };

  try {
    await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
  } finally {
    await decoder.stop();
  }
  for (const line of options.json
    ? [JSON.stringify({ command: 'pictures', seed: options.seed, ...ledger })]
    : toLines(ledger, options.seed))
    print(line);
  return ledger.findings.length === 0 ? 0 : 1;
};

/** Counts what became of a picture, and says what must not happen. */
function judge(result: Decoded | string, ledger: Ledger, name: string, limitMb: number): string[] {
  if (typeof result === 'string') return [result];
  const findings: string[] = [];
  for (const { way, code, message, tookMs } of result.outcomes) {
    const outcome = code ?? 'picture';
    ledger.outcomes[outcome] = (ledger.outcomes[outcome] ?? 0) + 1;
    if (tookMs > ledger.slowestMs) [ledger.slowestMs, ledger.slowest] = [Math.round(tookMs), `${way}, ${name}`];
    if (code !== null && !code.startsWith('image-')) findings.push(`${way} ended in ${code}: ${message}`);
  }
  const mb = Math.round(result.rssBytes / megabyte);
  if (mb > limitMb && ledger.peakMb <= limitMb) findings.push(`the process had ${mb} MB`);
  ledger.peakMb = Math.max(ledger.peakMb, mb);
  return findings;
}

function toLines({ pictures, outcomes, slowestMs, slowest, peakMb, processes, findings }: Ledger, seed: number): string[] {
  return [
    `${pictures} mutated pictures from seed ${seed}, each decoded in 3 ways`,
    ...Object.entries(outcomes)
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => `  ${String(count).padStart(6)}  ${code}`),
    `  slowest ${slowestMs} ms (${slowest}), peak ${peakMb} MB, ${processes} process${processes === 1 ? '' : 'es'}`,
    ...(findings.length === 0 ? ['nothing that must not happen'] : findings),
  ];
}
