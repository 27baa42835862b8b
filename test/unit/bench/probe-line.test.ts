import { probeAnswers, probeMark } from '@watchpost/bench/leaks/probe-line';
import { expect, it } from 'vitest';

it('finds what a process holds among its log lines, and leaves out a line that has not arrived whole', () => {
  const answer = (heapUsed: number): string => `${probeMark}${JSON.stringify({ rss: 1, heapUsed, external: 2, arrayBuffers: 3 })}\n`;
  const output = `{"level":30}\n${answer(7)}{"msg":"probe"}\n${answer(8)}${answer(9).slice(0, 20)}`;
  expect(probeAnswers(output).map(({ heapUsed }) => heapUsed)).toEqual([7, 8]);
});
