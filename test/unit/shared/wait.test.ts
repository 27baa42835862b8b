import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { raceWithin, within } from '@watchpost/shared/wait';
import { describe, expect, it } from 'vitest';

describe('what is done within a time limit', () => {
  it('leaves nothing behind, however often it is done', async () => {
    const { signal } = new AbortController();
    for (let n = 0; n < 100; n += 1) await raceWithin(async () => n, signal, 60_000);
    await expect(raceWithin(async () => Promise.reject(new Error('broken')), signal, 60_000)).rejects.toThrow('broken');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with its time, and with the signal, and so does what it does', async () => {
    const stopping = new AbortController();
    const limits: AbortSignal[] = [];
    const forEver = async (limit: AbortSignal): Promise<never> => {
      limits.push(limit);
      return new Promise(() => undefined);
    };
    await expect(raceWithin(forEver, stopping.signal, 5)).rejects.toMatchObject({ code: 'aborted', cause: { name: 'TimeoutError' } });
    const waiting = raceWithin(forEver, stopping.signal, 60_000);
    stopping.abort('stopped');
    await expect(waiting).rejects.toMatchObject({ code: 'aborted', cause: 'stopped' });
    await expect(raceWithin(forEver, stopping.signal, 60_000)).rejects.toMatchObject({ code: 'aborted' });
    expect(limits.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe('a signal with a time limit', () => {
  it('comes although the garbage collector runs meanwhile', async () => {
    const file = fileURLToPath(import.meta.resolve('@watchpost/shared/wait'));
    const script = `const { within } = await import(process.argv[1]);
      const never = new AbortController().signal;
      let came = 0;
      for (let each = 0; each < 50; each += 1) within(never, 300).addEventListener('abort', () => (came += 1), { once: true });
      for (const ms of [0, 50, 150]) setTimeout(() => gc(), ms);
      setTimeout(() => console.log(came), 1_000);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--input-type=module', '-e', script, file]);
    expect(stdout.trim()).toBe('50');
  });

  it('comes with the signal that it limits, and has its reason', () => {
    const stopping = new AbortController();
    const limited = within(stopping.signal, 60_000);
    expect(limited.aborted).toBe(false);
    stopping.abort('stopped');
    expect(limited.reason).toBe('stopped');
    expect(within(stopping.signal, 60_000).reason).toBe('stopped');
  });
});
