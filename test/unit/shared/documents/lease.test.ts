import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { takeLease } from '@watchpost/shared/documents/lease';
import { runTasks } from '@watchpost/worker/schedule';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
let nowMs = 0;
let documents = createMemoryDocuments(() => nowMs);
beforeEach(() => {
  nowMs = 1_000;
  documents = createMemoryDocuments(() => nowMs);
});

const take = () => takeLease(documents, 'thing', 60_000, never);

describe('a lease', () => {
  it('has one holder, until it is given back', async () => {
    const both = await Promise.all([take(), take()]);
    const [held] = both.filter((each) => each !== null);
    expect(both.filter((each) => each === null)).toHaveLength(1);
    await held!.release();
    expect(await take()).not.toBeNull();
  });

  it('runs out by the clock of the database', async () => {
    const first = await take();
    nowMs += 59_999;
    expect(await take()).toBeNull();
    nowMs += 1;
    const second = await take();
    expect(second).not.toBeNull();
    expect(await first!.renew(never)).toBe(false);
    // Whoever lost it cannot give it back for the other.
    await first!.release();
    expect(await take()).toBeNull();
  });

  it('lasts its full time again once it is renewed', async () => {
    const lease = await take();
    nowMs += 50_000;
    expect(await lease!.renew(never)).toBe(true);
    nowMs += 50_000;
    expect(await take()).toBeNull();
    await lease!.release();
    expect(await take()).not.toBeNull();
  });
});

describe('a lease that was taken while the clock was ahead', () => {
  it.each([3_600_000, 30 * 86_400_000])('ends when the clock is set back by %d ms, for whoever took it is gone', async (aheadMs) => {
    nowMs += aheadMs;
    await take();
    nowMs -= aheadMs;
    expect(await take()).not.toBeNull();
  });

  it('holds where others take the same for a shorter time', async () => {
    expect(await takeLease(documents, 'thing', 3_600_000, never)).not.toBeNull();
    expect(await take()).toBeNull();
  });

  it('holds where two servers of a database differ a little', async () => {
    nowMs += 5_000;
    await take();
    nowMs -= 5_000;
    expect(await take()).toBeNull();
  });
});

describe('a lease that is renewed twice at once', () => {
  it('is still its holder’s', async () => {
    const lease = await take();
    expect(await Promise.all([lease!.renew(never), lease!.renew(never)])).toEqual([true, true]);
    await lease!.release();
    expect(await take()).not.toBeNull();
  });
});

describe('a task', () => {
  it('is done by one process at a time, again after a failure, until they stop', async () => {
    const stop = new AbortController();
    const log = createLogger('test', 'silent');
    let [runs, atOnce, most] = [0, 0, 0];
    const run = async (): Promise<void> => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 2));
      atOnce -= 1;
      runs += 1;
      if (runs === 1) throw new Error('the first time it fails');
    };
    const tasks = [{ name: 'counting', everyMs: 1, run }];
    const processes = [1, 2, 3].map(async () => runTasks(tasks, { documents, log }, stop.signal));
    await until('it ran ten times', () => runs >= 10);
    stop.abort();
    await Promise.all(processes);
    expect(most).toBe(1);
  });

  it('tells of a failure once: of one that passes by itself when it comes a second time in a row', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const noting = createLogger('test', 'info', { write: (line) => void lines.push(line) });
    const failures = [away(), null, away(), away(), away(), null, new AppError('job-invalid', 'wrong')];
    let runs = 0;
    const run = async (): Promise<void> => {
      const failure = failures[runs];
      const toldAt = lines.length;
      runs += 1;
      told.push(toldAt);
      if (failure) throw failure;
    };
    const told: number[] = [];
    const running = runTasks([{ name: 'failing', everyMs: 1, run }], { documents, log: noting }, stop.signal);
    await until('it ran', () => runs > failures.length);
    stop.abort();
    await running;
    expect(told.slice(0, failures.length + 1)).toEqual([0, 0, 0, 0, 1, 1, 1, 2]);
    expect(lines.join('')).toContain('a task failed');
  });
});

const away = (): AppError => new AppError('queue-unavailable', 'away');
