import { AppError } from '@watchpost/shared/errors';
import { createJobHold } from '@watchpost/shared/jobs/job-hold';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, expect, it } from 'vitest';
import { until } from '../../../support/until.ts';

const stopping = new AbortController();
const refused = new AppError('channel-not-available', 'files.completeUploadExternal: no_permission');

const createHold = () => {
  const need: JobNeed = {
    name: 'chat',
    explains: ({ retry }) => retry === 'repairable',
    // The check sees nothing of the fault.
    check: async () => 'met',
    advise: ({ message }) => message,
    backoff: { firstMs: 5, maxMs: 10 },
  };
  return createJobHold({ kind: 'result', needs: [need], log: createLogger('test', 'silent'), onChange: () => undefined }, stopping.signal);
};

afterAll(() => stopping.abort());

it('a job that fails although others do not fails for itself, and holds up no others from then on', async () => {
  const hold = createHold();
  await hold.start();
  expect(await hold.failed('odd', refused)).toBe('first');
  await until('one job is wanted', () => hold.isOpen());
  expect([hold.admit('odd'), hold.admit('other')]).toEqual([true, false]);
  expect(await hold.failed('odd', refused)).toBe('later');
  hold.ended('odd');
  await until('another one is wanted', () => hold.isOpen());
  expect(hold.admit('other')).toBe(true);
  hold.succeeded('other');
  hold.ended('other');
  expect(hold.held()).toEqual([]);
  expect(await hold.failed('odd', refused)).toBe('own');
  expect(hold.held()).toEqual([]);
});
