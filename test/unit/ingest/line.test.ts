import { createLine, type Line } from '@watchpost/ingest/order/line';
import { backfilledRank, isBackfilled } from '@watchpost/shared/jobs/snapshot-job';
import { describe, expect, it } from 'vitest';
import { snapshotJob } from '../../support/factories.ts';

/** Queues a snapshot that the queue takes at once. */
const join = (line: Line, camera: string): number => {
  const { rank } = line.join(camera);
  line.stored();
  return rank;
};
const joinAll = (line: Line, camera: string, count: number): number[] => Array.from({ length: count }, () => join(line, camera));
const look = (line: Line, waiting: number): void => line.observe(waiting, line.mark());

describe('the line of waiting snapshots', () => {
  it('lets the cameras take turns', () => {
    const line = createLine();
    expect(joinAll(line, 'A', 3)).toEqual([0, 1, 2]);
    expect(joinAll(line, 'B', 2)).toEqual([0, 1]);
    expect(line.size()).toBe(5);
  });

  it('puts a camera of which nothing waits before all that waits, and keeps the order of each camera', () => {
    const line = createLine();
    joinAll(line, 'A', 200);
    look(line, 150);
    expect(line.size()).toBe(150);
    // The ranks 0 to 49 are gone.
    expect(joinAll(line, 'B', 3)).toEqual([48, 49, 50]);
    expect(joinAll(line, 'A', 1)).toEqual([200]);
  });

  it('puts it before them also where one more is thought gone than is', () => {
    const line = createLine();
    joinAll(line, 'A', 200);
    // The rank 50 still waits: the job before it was moving when they were counted.
    look(line, 149);
    expect(line.join('B').rank).toBeLessThan(50);
  });

  it('takes for gone the lowest ranks, of whichever camera', () => {
    const line = createLine();
    joinAll(line, 'A', 10);
    joinAll(line, 'B', 2);
    look(line, 8);
    // A0, B0, A1 and B1 are gone.
    expect(line.join('B').rank).toBe(0);
    expect(line.join('A').rank).toBe(10);
  });

  it('begins anew when nobody waits', () => {
    const line = createLine();
    joinAll(line, 'A', 50);
    look(line, 0);
    expect(line.size()).toBe(0);
    expect(joinAll(line, 'A', 2)).toEqual([0, 1]);
  });

  it('does not take for gone what was queued while the jobs were counted', () => {
    const line = createLine();
    joinAll(line, 'A', 5);
    const mark = line.mark();
    joinAll(line, 'A', 5);
    line.observe(5, mark);
    expect(line.size()).toBe(10);
  });

  it('does not take for gone twice what was queued while the jobs were counted', () => {
    const line = createLine();
    joinAll(line, 'A', 5);
    for (let looked = 0; looked < 5; looked += 1) {
      const mark = line.mark();
      joinAll(line, 'A', 1);
      // Counted already, or not yet.
      line.observe(line.size() - (looked % 2), mark);
    }
    expect(line.size()).toBe(10);
  });

  it('tells from a shrinking queue what is gone, though others wait in it of which it knows nothing', () => {
    const line = createLine();
    look(line, 1_000);
    joinAll(line, 'A', 10);
    look(line, 1_010);
    expect(line.size()).toBe(10);
    look(line, 1_007);
    expect(line.size()).toBe(7);
    look(line, 900);
    expect(line.size()).toBe(0);
  });

  it('does not take for gone the live ones while it queues those of an outage', () => {
    const line = createLine();
    joinAll(line, 'A', 5);
    look(line, 5);
    for (let sent = 0; sent < 100; sent += 1) line.passedBy();
    look(line, 105);
    expect(line.size()).toBe(5);
    look(line, 103);
    expect(line.size()).toBe(3);
  });

  it('does not take for gone what the queue has not taken yet', () => {
    const line = createLine();
    joinAll(line, 'A', 3);
    line.join('A');
    look(line, 3);
    expect(line.size()).toBe(4);
    look(line, 2);
    expect(line.size()).toBe(3);
  });

  it('forgets what the queue did not take', () => {
    const line = createLine();
    joinAll(line, 'A', 2);
    const place = line.join('A');
    line.leave(place);
    line.leave(place);
    expect(line.size()).toBe(2);
    look(line, 0);
    expect(line.size()).toBe(0);
  });

  it('never reaches the ranks of those of an outage, however long a flood lasts', () => {
    expect(joinAll(createLine(3), 'A', 6)).toEqual([0, 1, 2, 3, 3, 3]);
    const line = createLine();
    expect(joinAll(line, 'A', 2_000).at(-1)).toBe(1_999);
    expect(isBackfilled(snapshotJob({ rank: backfilledRank - 1 }))).toBe(false);
    expect(isBackfilled(snapshotJob({ rank: backfilledRank }))).toBe(true);
  });

  it('delays a quiet camera by no more than the frames at work, beside one that posts 100 times as much', () => {
    const line = createLine();
    const queue: { camera: string; rank: number; seq: number }[] = [];
    const add = (camera: string, seq: number): void => void queue.push({ camera, rank: join(line, camera), seq });
    const take = () => queue.splice(queue.indexOf(queue.toSorted((a, b) => a.rank - b.rank || a.seq - b.seq)[0]!), 1)[0];
    let longest = 0;
    for (let second = 0; second < 60; second += 1) {
      for (let frame = 0; frame < 100; frame += 1) add('busy', second * 1_000 + frame);
      add('quiet', second * 1_000 + 500);
      // Two threads, ten frames a second.
      let before = 0;
      let isTaken = false;
      for (let slot = 0; slot < 10; slot += 1) {
        const taken = take();
        if (taken?.camera === 'quiet') isTaken = true;
        else if (!isTaken) before += 1;
      }
      expect(isTaken).toBe(true);
      longest = Math.max(longest, before);
      look(line, queue.length);
    }
    expect(longest).toBeLessThanOrEqual(2);
  });
});
