import { AppError, toAppError, type ErrorCode } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import { nextTime } from '@watchpost/shared/jobs/times';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import type { Run } from '@watchpost/schedule/store/runs';
import type { Fields } from '@watchpost/schedule/template';
import { alone } from '../alone.ts';
import { begin, type Plan } from './1-begin.ts';
import { fetchItems } from './2-fetch.ts';
import { bringQuotes, isOfNew, itemsOf, storeItems, told } from './3-store.ts';
import { topicOf } from './lost-run.ts';
import { isInHours, post, sendMails } from './4-tell.ts';
import type { Told } from './messages.ts';
import type { Scheduling } from './scheduling-parts.ts';

export interface ScheduledDeps {
  scheduling: Scheduling;
  log: Logger;
}

/** Longer than an address may take; see WorkLease. Milliseconds. */
const leaseMs = 90_000;
const busyRetryMs = 15_000;

const busy = (): AppError => new AppError('schedule-busy', 'another worker runs this job', { retryAfterMs: busyRetryMs });

/** Runs a job on a schedule once, however often the queue asks for the same run. */
export function createScheduledHandler({ scheduling, log: parentLog }: ScheduledDeps): JobHandler<'scheduled'> {
  return async ({ name, askedAtMs = null }, { attempt, lastAttempt }, signal) => {
    const log = parentLog.child({ scheduled: name, attempt });
    const task = scheduling.schedule.get(name);
    if (!task) {
      // A worker may read a new file a moment later than another one.
      if (!lastAttempt) throw new AppError('schedule-busy', 'this worker does not have the job, another one may');
      log.warn('not run: the file of jobs on a schedule does not have it. Do all workers have the same one?');
      return 'idle';
    }
    return alone(
      scheduling.documents,
      { id: `scheduled-${name}`, leaseMs, busy },
      async () => {
        const plan = await begin(task, askedAtMs, scheduling, signal);
        if (!plan) return 'idle';
        await runOnce(task, plan, { scheduling, lastAttempt }, signal);
        const isSkipped = plan.run.state === 'skipped';
        log.info(isSkipped ? 'job on a schedule left out: it is too late for it' : 'job on a schedule done');
        return isSkipped ? 'idle' : undefined;
      },
      signal,
    );
  };
}

async function runOnce(
  task: ScheduledTask,
  plan: Plan,
  { scheduling, lastAttempt }: { scheduling: Scheduling; lastAttempt: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { runs, now, alerts } = scheduling;
  let current = plan.run;
  try {
    if (plan.former) await tellFormer(task, plan.former, scheduling, signal);
    if (plan.isNew) await runs.save(task.name, current, signal);
    if (current.state === 'skipped') return;
    const { items, stored } = await collect(task, current, scheduling, signal);
    current = stored;
    await tell(task, current, items, scheduling, signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    throw signal.aborted ? error : await noteFailure(task, current, error, { scheduling, lastAttempt }, signal);
  }
  await runs.save(task.name, { ...current, state: 'done', endedAtMs: now(), error: null, waitUntilMs: null }, signal);
  alerts.clear(topicOf(task));
}

/** Notes that a run failed, and tells admins where that is for good. Resolves to the error for the queue. */
async function noteFailure(
  task: ScheduledTask,
  run: Run,
  error: AppError,
  { scheduling, lastAttempt }: { scheduling: Scheduling; lastAttempt: boolean },
  signal: AbortSignal,
): Promise<AppError> {
  const { runs, now, alerts } = scheduling;
  const { code, retry, retryAfterMs, message } = error;
  const last = (await runs.last(task.name, signal)) ?? run;
  const waitUntilMs = code === 'fetch-failed' && retryAfterMs !== undefined ? now() + retryAfterMs : null;
  await runs.save(task.name, { ...last, state: 'failed', endedAtMs: now(), error: reasonOf(error), waitUntilMs }, signal);
  const isTooLong = waitUntilMs !== null && isBeyond(task, run, waitUntilMs, now());
  const isOver = isTooLong || retry !== 'transient' || (lastAttempt && retryAfterMs === undefined);
  if (isOver) alerts.raise({ topic: topicOf(task), text: `The job ${task.name} on a schedule failed: ${reasonOf(error)}`, code });
  if (isTooLong) return new AppError('fetch-refused', message, { cause: error });
  // No person can repair it by way of the queue: the next run comes anyway.
  return retry === 'repairable' ? new AppError('schedule-invalid', message, { cause: error }) : error;
}

/** For a server that asks for patience, from the beginning of a run on. Milliseconds. */
const patienceMs = 3_600_000;

/** Whether nobody need wait that long: the next run comes before, or it takes too much patience. Runs would pile up. */
function isBeyond(task: ScheduledTask, { startedAtMs }: Run, untilMs: number, nowMs: number): boolean {
  const nextMs = nextTime(task.times, nowMs);
  return untilMs - startedAtMs > patienceMs || (nextMs !== null && nextMs <= untilMs);
}

/** What an earlier run had begun to tell. What can never be told must not keep the next runs from what they do. */
async function tellFormer(task: ScheduledTask, former: Run, scheduling: Scheduling, signal: AbortSignal): Promise<void> {
  try {
    await tell(task, former, 'stored only', scheduling, signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (signal.aborted || error.retry === 'transient') throw error;
  }
}

/** What is not ours to say may hold anything. */
const unnamed: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['internal']);
const reasonOf = ({ code, message }: AppError): string =>
  (unnamed.has(code) ? 'something went wrong, the log says what' : message).slice(0, 300);

interface Collected {
  /** What was found now; null: an earlier attempt did, and it is stored. */
  items: Fields[] | null;
  stored: Run;
}

/** Fetches and stores, or goes on where an earlier attempt had. */
async function collect(task: ScheduledTask, run: Run, scheduling: Scheduling, signal: AbortSignal): Promise<Collected> {
  if (run.telling !== null && task.store) return { items: null, stored: run };
  const items = await fetchItems(task, run.forMs, scheduling, signal);
  const telling = await storeItems(task, items, scheduling, signal);
  const fresh = Math.max(0, ...Object.values(telling).map((ids) => ids.length));
  const stored: Run = { ...run, found: items.length, fresh, telling };
  await scheduling.runs.save(task.name, stored, signal);
  return { items, stored };
}

async function tell(
  task: ScheduledTask,
  run: Run,
  items: Fields[] | 'stored only' | null,
  scheduling: Scheduling,
  signal: AbortSignal,
): Promise<void> {
  const telling = run.telling ?? {};
  await bringQuotes(task, telling['quotes'], scheduling, signal);
  const steps = [
    { teller: 'post', settings: task.post, say: post },
    { teller: 'mail', settings: task.mail, say: sendMails },
  ] as const;
  // Fetched again only if what an earlier attempt had is needed as it was, and not stored.
  const all = async (): Promise<Fields[]> => (Array.isArray(items) ? items : fetchItems(task, run.forMs, scheduling, signal));
  for (const { teller, settings, say } of steps) {
    if (!settings || !isInHours(settings.between, task, scheduling.now())) continue;
    const ids = task.store && isOfNew(settings) ? (telling[teller] ?? []) : null;
    if (!ids && items === 'stored only') continue;
    const found = ids ? await itemsOf(ids, scheduling, signal) : (await all()).map((fields) => ({ id: null, fields })).toReversed();
    const content: Told = { forMs: run.forMs, job: task.name, items: found, found: run.found, isOfNew: ids !== null };
    await say(task, content, scheduling, signal);
    if (ids) await told(teller, task, ids, scheduling, signal);
  }
}
