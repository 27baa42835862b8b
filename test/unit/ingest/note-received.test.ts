import { noteReceived } from '@watchpost/ingest/platforms/slack/backfill/note-received';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';

function noting(over: Partial<Parameters<typeof noteReceived>[0]> = {}) {
  const noted: number[] = [];
  const stopping = new AbortController();
  const options = {
    isReceiving: () => true,
    note: async (atMs: number) => void noted.push(atMs),
    log: pino({ level: 'silent' }),
    now: () => 7,
    everyMs: 5,
    firstMs: 5,
  };
  const done = noteReceived({ ...options, ...over }, stopping.signal);
  onTestFinished(() => stopping.abort());
  return { noted, stopping, done };
}

it('until when messages were received is noted again and again, and ends with the process', async () => {
  let atMs = 100;
  const it = noting({ now: () => (atMs += 1) });
  await until('it is noted three times', () => it.noted.length >= 3);
  expect(it.noted.slice(0, 3)).toEqual([101, 102, 103]);
  it.stopping.abort();
  await it.done;
});

it('is not noted while something is missing', async () => {
  let isReceiving = false;
  const it = noting({ isReceiving: () => isReceiving });
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(it.noted).toEqual([]);
  isReceiving = true;
  await until('it is noted', () => it.noted.length > 0);
});

it('is tried again where it could not be written', async () => {
  let tries = 0;
  const noted: number[] = [];
  noting({
    note: async (atMs) => {
      tries += 1;
      if (tries < 3) throw new Error('away');
      noted.push(atMs);
    },
  });
  await until('it is noted', () => noted.length > 0);
  expect(tries).toBeGreaterThanOrEqual(3);
});

it('is noted as soon as nothing is missing, and then at longer intervals', async () => {
  const it = noting({ everyMs: 60_000 });
  await until('it is noted', () => it.noted.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(it.noted).toHaveLength(1);
});
