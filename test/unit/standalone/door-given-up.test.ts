import { AppError } from '@watchpost/shared/errors';
import { allReady, whenGivenUp } from '@watchpost/standalone/launch';
import { describe, expect, it } from 'vitest';

it('a console that keeps ending takes nothing with it, and is told; every other process stops all', () => {
  const said: string[] = [];
  const stopped: AppError[] = [];
  const options = { say: (text: string) => void said.push(text), onGivenUp: (error: AppError) => void stopped.push(error) };
  whenGivenUp('console', options)(new AppError('process-failed', 'console keeps ending'));
  expect([said, stopped]).toEqual([[expect.stringMatching(/^console keeps ending\nEverything else goes on/)], []]);
  whenGivenUp('ingest', options)(new AppError('process-failed', 'ingest keeps ending'));
  expect(stopped.map(({ message }) => message)).toEqual(['ingest keeps ending']);
});

describe('the processes are ready', () => {
  const failed = async (): Promise<never> => Promise.reject(new AppError('process-failed', 'it did not start'));
  const ask = async (console: Promise<boolean>, ingest: Promise<boolean>, stopping = new AbortController().signal) => {
    const said: string[] = [];
    const options = { lifecycle: { stopping }, say: (text: string) => void said.push(text), onGivenUp: () => undefined };
    const started = [
      { name: 'console', ready: console },
      { name: 'ingest', ready: ingest },
    ];
    return [await allReady(started, options, 20), said.map((text) => text.split('\n', 1)[0])];
  };
  const forEver = new Promise<never>(() => undefined);
  const ready = Promise.resolve(true);

  it('also where the console did not start, or is never ready', async () => {
    expect(await ask(failed(), ready)).toEqual([true, ['it did not start']]);
    expect(await ask(forEver, ready)).toEqual([true, []]);
    expect(await ask(ready, ready)).toEqual([true, []]);
  });

  it('but not where another one did not start, or we stop', async () => {
    await expect(ask(ready, failed())).rejects.toMatchObject({ code: 'process-failed' });
    expect(await ask(ready, Promise.resolve(false))).toEqual([false, []]);
    expect(await ask(ready, ready, AbortSignal.abort())).toEqual([false, []]);
  });
});
