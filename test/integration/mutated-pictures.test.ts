import { expect, it } from 'vitest';
import { provePictures } from '@watchpost/bench/prove/prove-pictures';

it('decodes 200 mutated pictures of every format without a crash, a hang, or more memory than allowed', async () => {
  const [out, err]: string[][] = [[], []];
  const io = {
    env: process.env,
    signal: new AbortController().signal,
    print: (line: string) => void out!.push(line),
    warn: (line: string) => void err!.push(line),
  };
  const code = await provePictures(['--count', '200', '--seed', '7', '--json'], io);
  expect(err).toEqual([]);
  expect(code).toBe(0);
  const { pictures, outcomes, processes } = JSON.parse(out![0]!);
  expect({ pictures, processes }).toEqual({ pictures: 200, processes: 1 });
  // Mutations that all fail at once, or never, would prove nothing.
  expect(outcomes.picture).toBeGreaterThan(100);
  expect(outcomes['image-corrupt']).toBeGreaterThan(100);
}, 300_000);
