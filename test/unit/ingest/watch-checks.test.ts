import { watchChecks } from '@watchpost/ingest/watch-checks';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';

it('what a person must repair is told after a minute, and when it is over; what is merely not ready is not', async () => {
  const raised: string[] = [];
  let nowMs = 0;
  let found: boolean | string = 'set the token';
  let looks = 0;
  const stopping = new AbortController();
  const watching = watchChecks(
    {
      intakes: [
        {
          checks: {
            chat: async () => {
              looks += 1;
              return found;
            },
            starting: () => false,
            broken: async () => Promise.reject(new Error('away')),
          },
        },
      ],
      alerts: { raise: ({ topic, text }) => void raised.push(`${topic}: ${text}`), clear: (topic) => void raised.push(`clear ${topic}`) },
      now: () => nowMs,
      everyMs: 1,
    },
    stopping.signal,
  );
  onTestFinished(async () => {
    stopping.abort();
    await watching;
  });
  const lookTwice = async () => {
    const before = looks;
    await until('it looked', () => looks > before + 1);
  };
  await lookTwice();
  expect(raised).toEqual([]);
  nowMs = 60_000;
  await lookTwice();
  found = false;
  await lookTwice();
  expect(raised).toEqual(['ingest-chat: chat: set the token']);
  found = true;
  await lookTwice();
  expect(raised).toEqual(['ingest-chat: chat: set the token', 'clear ingest-chat']);
});
