import { coalesce, createMutex, inSteps, sortInSteps } from '@watchpost/gallery/memory/concurrency';
import { describe, expect, it } from 'vitest';

/** A promise that the test resolves. */
function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('coalesce', () => {
  it('answers calls during a run with one more run that starts after it', async () => {
    const gates = [deferred(), deferred()];
    let runs = 0;
    const call = coalesce(async () => {
      const run = (runs += 1);
      await gates[run - 1]?.promise;
      return run;
    });
    const first = call();
    const late = [call(), call()];
    expect(runs).toBe(1);
    gates[0]?.resolve();
    expect(await first).toBe(1);
    gates[1]?.resolve();
    expect(await Promise.all(late)).toEqual([2, 2]);
    expect(await call()).toBe(3);
  });

  it('never runs twice at once, whenever it is called', async () => {
    const turn = async (count: number): Promise<void> => {
      for (let turns = 0; turns < count; turns += 1) await Promise.resolve();
    };
    // The first run ends and the second starts within these turns of the microtask queue.
    const last = await Promise.all(
      Array.from({ length: 12 }, async (_, turns) => {
        const gates = [deferred(), deferred(), deferred()];
        let running = 0;
        let runs = 0;
        const call = coalesce(async () => {
          const run = (runs += 1);
          running += 1;
          expect(running, `called after ${turns} turns`).toBe(1);
          await gates[run - 1]?.promise;
          running -= 1;
          return run;
        });
        const calls = [call(), call()];
        gates[0]?.resolve();
        await turn(turns);
        calls.push(call());
        await turn(12);
        for (const gate of gates) gate.resolve();
        const [first, second, third] = await Promise.all(calls);
        expect([first, second]).toEqual([1, 2]);
        return third;
      }),
    );
    expect([last.at(0), last.at(-1)]).toEqual([2, 3]);
    expect(last).toEqual(last.toSorted((a = 0, b = 0) => a - b));
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const call = coalesce(async () => {
      runs += 1;
      if (runs === 1) throw new Error('the first one');
      return runs;
    });
    const [first, second] = [call(), call()];
    await expect(first).rejects.toThrow('the first one');
    expect(await second).toBe(2);
  });
});

describe('createMutex', () => {
  it('runs one at a time, also after a failure', async () => {
    const exclusive = createMutex();
    const order: string[] = [];
    const gate = deferred();
    const first = exclusive(async () => {
      await gate.promise;
      order.push('first');
      throw new Error('failed');
    });
    const second = exclusive(async () => order.push('second'));
    expect(order).toEqual([]);
    gate.resolve();
    await expect(first).rejects.toThrow('failed');
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});

describe('inSteps', () => {
  it('visits everything once, and lets others run when a while has passed', async () => {
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns += 1;
      turning = setImmediate(turn);
    });
    const visited: number[] = [];
    await inSteps([1, 2, 3, 4], (one) => {
      visited.push(one);
      for (const startMs = performance.now(); performance.now() - startMs < 6;);
    });
    clearImmediate(turning);
    expect(visited).toEqual([1, 2, 3, 4]);
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

describe('sortInSteps', () => {
  it('sorts like toSorted: what is equal stays in its order', async () => {
    for (const count of [0, 1, 500, 501, 1_700]) {
      const all = Array.from({ length: count }, (_, index) => ({ key: (index * 7_919) % 97, index }));
      const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
      expect(await sortInSteps(all, byKey)).toEqual(all.toSorted(byKey));
    }
  });

  it('lets others run meanwhile', async () => {
    let turns = 0;
    const tick = setInterval(() => (turns += 1), 0);
    const slowly = (a: number, b: number): number => {
      for (const untilMs = performance.now() + 0.005; performance.now() < untilMs;);
      return a - b;
    };
    const numbers = Array.from({ length: 2_000 }, (_, index) => -index);
    const sorted = await sortInSteps(numbers, slowly);
    clearInterval(tick);
    expect(sorted[0]).toBe(-1_999);
    expect(turns).toBeGreaterThan(1);
  });
});
