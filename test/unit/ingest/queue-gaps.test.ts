import { noticeQueueGaps } from '@watchpost/ingest/platforms/slack/backfill/queue-gaps';
import { AppError } from '@watchpost/shared/errors';
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';

it('what the queue took just before it was away may be lost, once for each time', async () => {
  const stopping = new AbortController();
  const gaps: number[] = [];
  let [isAway, asked, nowMs] = [false, 0, 1_000_000];
  const ping = async (): Promise<void> => {
    asked += 1;
    if (isAway) throw new AppError('queue-unavailable', 'away');
  };
  const done = noticeQueueGaps({ sender: { ping }, onGap: (sinceMs) => gaps.push(sinceMs), now: () => nowMs, everyMs: 1 }, stopping.signal);
  const askedAgain = async (): Promise<void> => {
    const before = asked;
    await until('the queue is asked twice', () => asked > before + 1);
  };
  await askedAgain();
  expect(gaps).toEqual([]);
  for (const sinceMs of [990_000, 1_050_000]) {
    isAway = true;
    await askedAgain();
    nowMs += 60_000;
    isAway = false;
    await askedAgain();
    expect(gaps.at(-1)).toBe(sinceMs);
  }
  await askedAgain();
  expect(gaps).toHaveLength(2);
  stopping.abort();
  await done;
});

it('one answer that is late says nothing of the queue', async () => {
  const stopping = new AbortController();
  let [asked, gaps] = [0, 0];
  const ping = async (): Promise<void> => {
    asked += 1;
    if (asked % 2 === 1) throw new AppError('queue-unavailable', 'late');
  };
  const done = noticeQueueGaps({ sender: { ping }, onGap: () => (gaps += 1), now: () => 1_000_000, everyMs: 1 }, stopping.signal);
  await until('it was late some times', () => asked > 6);
  expect(gaps).toBe(0);
  stopping.abort();
  await done;
});
