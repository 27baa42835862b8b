import { createGate } from '@watchpost/feed/gate';
import { describe, expect, it } from 'vitest';

describe('what readers ask the database for', () => {
  it('is bounded: so many at a time, so many who wait, and the rest is refused', async () => {
    const gate = createGate(2, 3);
    const ends: (() => void)[] = [];
    let most = 0;
    let now = 0;
    const ask = async (): Promise<string> =>
      gate.pass(async () => {
        most = Math.max(most, (now += 1));
        await new Promise<void>((resolve) => ends.push(resolve));
        now -= 1;
        return 'done';
      });
    const five = Array.from({ length: 5 }, ask);
    await expect(ask()).rejects.toMatchObject({ code: 'gallery-unavailable' });
    const finish = (async () => {
      for (let finished = 0; finished < 5;) {
        await new Promise((resolve) => setImmediate(resolve));
        for (; finished < ends.length; finished += 1) ends[finished]?.();
      }
    })();
    expect(await Promise.all(five)).toEqual(Array.from({ length: 5 }, () => 'done'));
    await finish;
    expect(most).toBe(2);
  });

  it('goes on after a failure', async () => {
    const gate = createGate(1, 1);
    await expect(gate.pass(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.pass(async () => 'yes')).toBe('yes');
  });
});
