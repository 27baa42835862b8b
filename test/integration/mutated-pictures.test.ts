import { expect, it } from 'vitest';
import { provePictures } from '@watchpost/bench/prove/prove-pictures';

/** `npm run prove -- pictures` does this with thousands. */
it('decodes 60 mutated pictures of every format without a crash, a hang, or more memory than allowed', async () => {
  const [out, err]: string[][] = [[], []];
  const io = {
    env: process.env,
    signal: new AbortController().signal,
    print: (line: string) => void out!.push(line),
    warn: (line: string) => void err!.push(line),
  };
  const code = await provePictures(['--count', '60', '--seed', '7', '--json'], io);
  expect(err).toEqual([]);
  expect(code).toBe(0);
  const { pictures, outcomes, processes } = JSON.parse(out![0]!);
  expect({ pictures, processes }).toEqual({ pictures: 60, processes: 1 });
  // Mutations that all fail at once, or never, would prove nothing.
  expect(outcomes.picture).toBeGreaterThan(30);
  expect(outcomes['image-corrupt']).toBeGreaterThan(30);
}, 300_000);
