import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createTurns, turnMs } from '@watchpost/visits/turns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
let documents: DocumentStore;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  documents = createMemoryDocuments();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When each of these turns came, after the start. */
function watched() {
  const startMs = Date.now();
  const came: { who: string; afterMs: number }[] = [];
  const refused: { who: string; error: unknown }[] = [];
  const take = (
    who: string,
    channel: `slack:${string}` = 'slack:C1',
    turns = createTurns(documents),
    signal = new AbortController().signal,
  ): void => {
    void turns.take(channel, signal).then(
      () => came.push({ who, afterMs: Date.now() - startMs }),
      (error: unknown) => refused.push({ who, error }),
    );
  };
  return { came, refused, take };
}

/** Between two turns, milliseconds. */
const leastApart = (came: readonly { afterMs: number }[]): number =>
  Math.min(...came.slice(1).map(({ afterMs }, index) => afterMs - came[index]!.afterMs));

describe('turns in a channel', () => {
  it('come a second apart over all processes, first come, first served', async () => {
    const { came, take } = watched();
    for (const who of ['a', 'b', 'c', 'd']) {
      take(who, 'slack:C1', createTurns(documents));
      await vi.advanceTimersByTimeAsync(150);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(came.map(({ who }) => who)).toEqual(['a', 'b', 'c', 'd']);
    expect(leastApart(came)).toBeGreaterThanOrEqual(turnMs);
    expect(came.at(-1)!.afterMs).toBeLessThan(4 * turnMs);
    expect(turnMs).toBeGreaterThanOrEqual(1_000);
  });

  it('come a second apart in one process also where the database answered one of them late', async () => {
    let reads = 0;
    const slowOnce = {
      ...documents,
      get: async (...args: Parameters<typeof documents.get>) => {
        const answer = await documents.get(...args);
        // The one before its turn: it booked, and looks whether the channel is held now.
        if ((reads += 1) === 4) await new Promise((resolve) => setTimeout(resolve, 900));
        return answer;
      },
    };
    const turns = createTurns(slowOnce);
    const { came, take } = watched();
    for (const who of ['a', 'b', 'c']) {
      take(who, 'slack:C1', turns);
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(came.map(({ who }) => who)).toEqual(['a', 'b', 'c']);
    expect(came[1]!.afterMs).toBeGreaterThan(1_900);
    expect(leastApart(came)).toBeGreaterThanOrEqual(1_000);
  });

  it('do not wait for another channel', async () => {
    const { came, take } = watched();
    take('a');
    take('b', 'slack:C2');
    await vi.advanceTimersByTimeAsync(20);
    expect(came.map(({ who }) => who).sort()).toEqual(['a', 'b']);
  });

  it('are free again at once after a quiet second', async () => {
    const { came, take } = watched();
    take('a');
    await vi.advanceTimersByTimeAsync(5_000);
    take('b');
    await vi.advanceTimersByTimeAsync(1);
    expect(came.map(({ afterMs }) => afterMs)).toEqual([0, 5_000]);
  });

  it('come one at a time when many ask at the same moment', async () => {
    const { came, take } = watched();
    for (let each = 0; each < 12; each += 1) take(`${each}`);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(came).toHaveLength(12);
    expect(leastApart(came)).toBeGreaterThanOrEqual(turnMs);
  });
});

describe('a channel that is held', () => {
  it('gives no turn until then; whoever waits for a moment asks again then', async () => {
    const { came, take } = watched();
    take('a');
    take('b');
    await vi.advanceTimersByTimeAsync(500);
    await createTurns(documents).hold('slack:C1', 2_500, never);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(came).toHaveLength(2);
    expect(came[1]).toMatchObject({ who: 'b' });
    expect(came[1]!.afterMs).toBeGreaterThanOrEqual(3_000);
    expect(came[1]!.afterMs).toBeLessThan(3_500);
  });

  it('for longer than a few seconds sends everybody away, with the time to come back', async () => {
    const { came, refused, take } = watched();
    await createTurns(documents).hold('slack:C1', 30_000, never);
    take('a');
    take('b', 'slack:C2');
    await vi.advanceTimersByTimeAsync(100);
    expect(came.map(({ who }) => who)).toEqual(['b']);
    expect(refused).toMatchObject([{ who: 'a', error: { code: 'chat-rate-limited', retryAfterMs: 30_000 } }]);
    await vi.advanceTimersByTimeAsync(30_000);
    take('a');
    await vi.advanceTimersByTimeAsync(100);
    expect(came.map(({ who }) => who)).toEqual(['b', 'a']);
  });

  it('sends those away too who were waiting for their moment', async () => {
    const { refused, take } = watched();
    take('a');
    take('b');
    await vi.advanceTimersByTimeAsync(100);
    await createTurns(documents).hold('slack:C1', 60_000, never);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(refused).toMatchObject([{ who: 'b', error: { code: 'chat-rate-limited' } }]);
  });

  it('for a moment is waited for', async () => {
    const { came, take } = watched();
    await createTurns(documents).hold('slack:C1', 2_000, never);
    take('a');
    await vi.advanceTimersByTimeAsync(1_900);
    expect(came).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(came.map(({ who }) => who)).toEqual(['a']);
  });

  it('is not freed earlier by a shorter hold', async () => {
    const turns = createTurns(documents);
    await turns.hold('slack:C1', 60_000, never);
    await turns.hold('slack:C1', 1_000, never);
    await expect(turns.take('slack:C1', never)).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe('whoever stops waiting', () => {
  it('is told at once', async () => {
    const { refused, take } = watched();
    const stop = new AbortController();
    take('a');
    take('b', 'slack:C1', createTurns(documents), stop.signal);
    await vi.advanceTimersByTimeAsync(100);
    stop.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(refused).toMatchObject([{ who: 'b', error: { code: 'aborted' } }]);
  });
});

describe('a channel that was used while the clock was ahead', () => {
  it.each([3_600_000, 30 * 86_400_000])('gives turns at once when the clock is set back by %d ms', async (aheadMs) => {
    let nowMs = 1_700_000_000_000 + aheadMs;
    documents = createMemoryDocuments(() => nowMs);
    await createTurns(documents).take('slack:C1', never);
    await createTurns(documents).hold('slack:C2', 30_000, never);
    nowMs -= aheadMs;
    const { came, refused, take } = watched();
    take('a');
    take('b', 'slack:C2');
    await vi.advanceTimersByTimeAsync(100);
    expect([came.map(({ who }) => who).sort(), refused]).toEqual([['a', 'b'], []]);
    // The second between two turns holds as before.
    take('c');
    await vi.advanceTimersByTimeAsync(500);
    expect(came).toHaveLength(2);
  });

  it('is held for as long as it was asked for, also for days', async () => {
    await createTurns(documents).hold('slack:C1', 3 * 86_400_000, never);
    const { refused, take } = watched();
    take('a');
    await vi.advanceTimersByTimeAsync(100);
    expect(refused).toMatchObject([{ error: { code: 'chat-rate-limited' } }]);
  });
});
