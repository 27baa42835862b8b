import { AppError } from '@watchpost/shared/errors';
import { createJobHold, type JobHold } from '@watchpost/shared/jobs/job-hold';
import { createJobHoldLog, type JobHoldLog } from '@watchpost/shared/jobs/job-hold-log';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../support/until.ts';

const stopping = new AbortController();
const refused = new AppError('channel-not-available', 'files.completeUploadExternal: no_permission');
const badToken = new AppError('chat-not-authorised', 'auth.test: invalid_auth');
const unreachable = new AppError('gallery-unavailable', 'no response');

/** What the checks find; null: nothing. */
let found: { chat: AppError | null; gallery: AppError | null };
let lines: string[];
let holdLog: JobHoldLog;
const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
const said = () => lines.map((line) => JSON.parse(line) as { level: number; msg: string; kinds?: string[] });
const need = (name: 'chat' | 'gallery', explains: JobNeed['explains']): JobNeed => ({
  name,
  explains,
  check: async () => {
    if (found[name]) throw found[name];
  },
  advise: ({ message }) => message,
  backoff: { firstMs: 5, maxMs: 10 },
});
let needs: JobNeed[];

beforeEach(() => {
  lines = [];
  found = { chat: null, gallery: null };
  holdLog = createJobHoldLog(log, 100);
  needs = [need('chat', ({ retry }) => retry === 'repairable'), need('gallery', ({ code }) => code === 'gallery-unavailable')];
});
afterAll(() => stopping.abort());

async function startHold(kind: 'snapshot' | 'result' = 'result'): Promise<JobHold> {
  const hold = createJobHold({ kind, needs, log: holdLog, onChange: () => undefined }, stopping.signal);
  await hold.start();
  return hold;
}
/** Runs a job that is let through. */
async function runTrial(hold: JobHold, jobId: string, outcome: 'done' | 'idle' | AppError): Promise<unknown> {
  await until('a job is wanted', () => hold.isOpen());
  expect(hold.admit(jobId)).toBe(true);
  const verdict = outcome instanceof AppError ? await hold.failed(jobId, outcome) : hold.succeeded(jobId, { idle: outcome === 'idle' });
  hold.ended(jobId);
  return verdict;
}

it('a job that fails although others do not fails for itself, and holds up no others from then on', async () => {
  const hold = await startHold();
  expect(await hold.failed('odd', refused)).toBe('first');
  await until('one job is wanted', () => hold.isOpen());
  expect([hold.admit('odd'), hold.admit('other')]).toEqual([true, false]);
  expect(await hold.failed('odd', refused)).toBe('later');
  hold.ended('odd');
  await runTrial(hold, 'other', 'done');
  expect(hold.held()).toEqual([]);
  expect(await hold.failed('odd', refused)).toBe('own');
  expect(hold.held()).toEqual([]);
});

it('a job with nothing to do neither ends a hold that a person must end, nor is one that failed blamed for it', async () => {
  const hold = await startHold();
  await hold.failed('first', refused);
  await runTrial(hold, 'ignored persons', 'idle');
  // The next one is wanted without a wait.
  expect([hold.isOpen(), hold.held()]).toEqual([true, [expect.objectContaining({ need: 'chat' })]]);
  expect(await runTrial(hold, 'first', refused)).toBe('later');
  await runTrial(hold, 'second', 'done');
  expect(hold.held()).toEqual([]);
});

it('a database that can be read but not written holds jobs as well, until one gets through', async () => {
  const hold = await startHold();
  expect(await hold.failed('first', unreachable)).toBe('first');
  expect(hold.held()).toEqual([expect.objectContaining({ need: 'gallery' })]);
  expect(await runTrial(hold, 'first', unreachable)).toBe('later');
  await runTrial(hold, 'nobody new', 'idle');
  expect(hold.held()).toEqual([]);
});

it('all that failed for two reasons at once are remembered when a job gets through', async () => {
  const hold = await startHold();
  await hold.failed('one', refused);
  await hold.failed('two', unreachable);
  await runTrial(hold, 'other', 'done');
  expect([await hold.failed('one', refused), await hold.failed('two', unreachable)]).toEqual(['own', 'own']);
});

describe('the log', () => {
  it('has one line for a fault that two kinds of jobs meet, reminders for both together, and one when it is over', async () => {
    found.chat = badToken;
    const holds = [await startHold('snapshot'), await startHold('result')];
    const reminder = () => said().find(({ kinds }) => kinds?.length === 2);
    await until('it reminds of both', () => reminder() !== undefined);
    found.chat = null;
    await until('none is held', () => holds.every((hold) => hold.held()?.length === 0));
    const messages = said().filter(({ msg }) => !msg.startsWith('jobs are still held'));
    expect(messages.map(({ level, msg }) => [level, msg])).toEqual([
      [50, 'jobs are held: auth.test: invalid_auth'],
      [30, 'jobs run again'],
    ]);
    expect(reminder()).toMatchObject({ level: 40, kinds: ['snapshot', 'result'], msg: 'jobs are still held: auth.test: invalid_auth' });
  });

  it('does not complain of a gallery that is still loading at the start', async () => {
    found.gallery = unreachable;
    const holds = [await startHold('snapshot'), await startHold('result')];
    found.gallery = null;
    await until('none is held', () => holds.every((hold) => hold.held()?.length === 0));
    expect(said().map(({ level, msg }) => [level, msg])).toEqual([
      [30, 'jobs are not taken yet: no response'],
      [30, 'jobs are taken'],
    ]);
  });
});
