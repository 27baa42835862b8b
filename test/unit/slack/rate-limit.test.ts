import { expect, it } from 'vitest';
import { rateLimited, retryAfterMs } from '@watchpost/slack/rate-limit';

const now = Date.UTC(2026, 10, 21, 12, 0, 0);

it.each([
  ['7', 7_000],
  ['1.5', 1_500],
  [' 60 ', 60_000],
  [12, 12_000],
  ['Sat, 21 Nov 2026 12:00:45 GMT', 45_000],
  ['Saturday, 21-Nov-26 12:02:00 GMT', 120_000],
])('waits as long as Retry-After: %s asks', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

it.each([
  ['0', 1_000],
  ['0.001', 1_000],
  ['Fri, 20 Nov 2026 12:00:00 GMT', 1_000],
  ['86400', 300_000],
  ['99999999999999999999999', 300_000],
  ['Sun, 21 Nov 2027 12:00:00 GMT', 300_000],
])('keeps within a second and five minutes when it is %s', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

it.each([null, undefined, '', '-5', 'soon', 'Infinity', 'NaN', '1e3', '10, 20', 'Someday, perhaps'])(
  'waits half a minute when it is %s',
  (header) => {
    expect(retryAfterMs(header, now)).toBe(30_000);
  },
);

it('is a transient error that says what was limited, and how long to wait', () => {
  expect(rateLimited('files.info', '3')).toMatchObject({
    code: 'chat-rate-limited',
    retry: 'transient',
    retryAfterMs: 3_000,
    message: 'files.info: rate limited',
  });
});
