import { contradictions, tooBusy } from '@watchpost/bench/capacity/doubts';
import { between, toMarkdown, type Capacity } from '@watchpost/bench/capacity/report';
import { describe, expect, it } from 'vitest';

const size = (width: number, height: number, faces: number, framesPerSecond: number) => ({
  width,
  height,
  faces,
  framesPerSecond,
  rssMb: 300,
});
const report: Capacity = {
  date: '2026-11-23',
  machine: { cpu: 'EPYC', cores: 4, memoryGb: 16, system: 'Linux 6.1', node: '20.20.2' },
  note: 'On a busy machine.',
  seeing: {
    sizes: [size(1_280, 720, 0, 25), size(1_280, 720, 3, 10), size(1_920, 1_080, 0, 12), size(1_920, 1_080, 3, 6)],
    threads: 4,
    allThreads: 20,
    allThreadsMb: 700,
  },
  queues: [{ queue: 'Redis', eventsPerSecond: 900, ackP50Ms: 12.5, ackP99Ms: 40, jobsPerSecond: 2_000 }],
  match: [{ faces: 10_000, p50Ms: 1.5, p99Ms: 2.25, recallAt1: 0.998, indexBytes: 12_000_000, addSeconds: 1 }],
};

describe('the tables of what a machine carries', () => {
  const lines = toMarkdown(report);

  it('say where and when they were measured', () => {
    expect(lines[0]).toBe('Measured on 2026-11-23: EPYC, 4 cores, 16 GB, Linux 6.1, Node 20.20.2. On a busy machine.');
  });

  it('have a row for each size, and a column for each number of faces', () => {
    expect(lines).toEqual(
      expect.arrayContaining(['| frame | no face | 3 faces |', '| 1280 x 720 | 25.00 | 10.00 |', '| 1920 x 1080 | 12.00 | 6.00 |']),
    );
  });

  it('say how many cameras that is, with three tenths to spare, where all cores are at work', () => {
    // 20 snapshots a second on four cores: 3.5 of each core to plan with.
    expect(lines).toEqual(
      expect.arrayContaining([
        '| a snapshot every | cameras for one core | cores for 10 cameras | cores for 50 cameras | cores for 200 cameras |',
        '| 1 s | 3.50 | 3 | 15 | 58 |',
        '| 30 s | 105 | 1 | 1 | 2 |',
      ]),
    );
    expect(lines.join('\n')).toMatch(/one thread takes 300 MB, one with 4 takes 700 MB and sees 20.0 .*: 3.33 times as many/);
  });

  it('compare queues and galleries', () => {
    expect(lines).toEqual(
      expect.arrayContaining(['| Redis | 900 | 12.5 ms | 40 ms | 2000 |', '| 10,000 | 1.50 ms | 2.25 ms | 12 MB | 99.8 % |']),
    );
  });

  it('are written between the marks of a document, again and again, and nowhere else', () => {
    const document = 'before\n<!-- capacity: begin -->\nold\n<!-- capacity: end -->\nafter\n';
    const once = between(document, ['new']) ?? '';
    expect(once).toBe('before\n<!-- capacity: begin -->\n\nnew\n\n<!-- capacity: end -->\nafter\n');
    expect(between(once, ['new'])).toBe(once);
    expect(between('no marks', ['new'])).toBeNull();
    expect(between('<!-- capacity: end --><!-- capacity: begin -->', ['new'])).toBeNull();
  });
});

describe('figures that nobody should plan with', () => {
  it('are those of a machine that is busy at the start', () => {
    expect(tooBusy(28, 2)).toBe('the machine has a load of 28.0 on 2 cores: end what else runs, and wait a minute');
    expect([tooBusy(1.1, 2) === null, tooBusy(1, 2), tooBusy(0.3, 4)]).toEqual([false, null, null]);
  });

  it('are those that contradict each other', () => {
    expect(contradictions(report)).toEqual([]);
    const { seeing } = report;
    const queue = { queue: 'Redis' as const, eventsPerSecond: 9, ackP50Ms: 40, ackP99Ms: 12, jobsPerSecond: 9 };
    const sizes = [size(1_280, 720, 0, 0.25), size(1_280, 720, 3, 0.78), size(1_920, 1_080, 3, 1.05)];
    expect(contradictions({ seeing: { ...seeing, sizes, threads: 2, allThreads: 2.82 }, queues: [queue] })).toEqual([
      'frames of 1280 pixels with 3 faces are faster than of 1280 with 0',
      'frames of 1920 pixels with 3 faces are faster than of 1280 with 0',
      'frames of 1920 pixels with 3 faces are faster than of 1280 with 3',
      '2 threads see 2.69 times as much as one',
      'on Redis 99 of 100 are acknowledged sooner than half of them',
    ]);
    expect(contradictions({ seeing: { ...seeing, allThreads: 4 }, queues: [] })).toEqual(['4 threads see 0.67 times as much as one']);
  });
});
