import { seriesOf, valueField } from '@watchpost/schedule/chart/series';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import { createCollections } from '@watchpost/schedule/store/collections';
import { createRuns, type Run } from '@watchpost/schedule/store/runs';
import { listPresent } from '@watchpost/shared/documents/presence';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { createQueueAudit } from '@watchpost/shared/jobs/queue-audit';
import { nextTime } from '@watchpost/shared/jobs/times';
import { parseUrl } from '@watchpost/shared/parse-url';
import { raceWithin } from '@watchpost/shared/wait';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorIdOf } from '../../sign-in/actor.ts';
import {
  itemsAnswer,
  itemsQuery,
  jobParams,
  runAnswer,
  scheduleAnswer,
  type ItemsAnswer,
  type ScheduleAnswer,
  type ScheduledJobRow,
} from './schema.ts';

const tags = ['schedule'];
const dayMs = 86_400_000;
const sendTimeoutMs = 5_000;
/** The page does not wait longer for what is only said beside the jobs. */
const queueTimeoutMs = 2_000;
/** Of a collection, for the chart. */
const mostInChart = 2_000;
const mostListed = 50;

/** What the page Jobs on a schedule asks for. */
export function registerSchedule(app: ConsoleApp, deps: ConsoleDeps): void {
  app.get(
    '/api/schedule',
    { schema: { tags, summary: 'Jobs on a schedule, with when they run and what came of it', response: { 200: scheduleAnswer } } },
    async ({ ending: signal }) => {
      const runs = createRuns(deps.database.parts().documents);
      const [waitsFor, ...jobs] = await Promise.all([
        whatFor(deps, signal),
        ...deps.schedule.all().map(async (task) => toRow(task, await runs.last(task.name, signal), deps.now())),
      ]);
      return { jobs, hasFile: deps.config.SCHEDULE_FILE !== undefined, waitsFor, faults: [...deps.schedule.faults()] };
    },
  );
  app.post(
    '/api/schedule/:name/run',
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: 'Have a worker run a job now, beside the runs that are due',
        params: jobParams,
        response: { 200: runAnswer },
      },
    },
    async (request) => {
      const { name } = taskOf(request.params.name, deps);
      const askedAtMs = deps.now();
      const actor = actorIdOf(request);
      const change = { actor, what: 'started' as const, kind: 'scheduled', ids: [name], jobs: 1 };
      await createQueueAudit(deps.database.parts().documents).record(change, request.ending);
      await deps.sender.send({ v: 1, kind: 'scheduled', name, askedAtMs }, { timeoutMs: sendTimeoutMs }).catch((error: unknown) => {
        if (toAppError(error).code !== 'queue-unavailable') throw error;
        const message = 'the queue does not answer; the job may run all the same: look at when it ran last before you try again';
        throw new AppError('queue-unavailable', message, { cause: error });
      });
      deps.log.info({ job: name, by: actor }, 'somebody has a job on a schedule run now');
      return { name, askedAtMs };
    },
  );
  app.get(
    '/api/schedule/:name/items',
    {
      schema: {
        tags,
        summary: 'What a job has collected, and its numbers over time',
        params: jobParams,
        querystring: itemsQuery,
        response: { 200: itemsAnswer },
      },
    },
    async ({ params: { name }, query: { days }, ending }) => itemsOf(taskOf(name, deps), days, deps, ending),
  );
}

/** What keeps jobs on a schedule from being run. */
async function whatFor({ database, jobAdmin }: ConsoleDeps, signal: AbortSignal): Promise<ScheduleAnswer['waitsFor']> {
  const isPaused = async (limit: AbortSignal): Promise<boolean> => {
    const queues = await (await jobAdmin(limit)).queues(['scheduled']);
    return queues.some(({ paused }) => paused);
  };
  const [paused, present] = await Promise.all([
    raceWithin(isPaused, signal, queueTimeoutMs).catch(() => null),
    listPresent(database.parts().documents, signal),
  ]);
  if (paused === null) return 'queue';
  if (paused) return 'resume';
  return present.some(({ name }) => name === 'worker') ? null : 'worker';
}

function taskOf(name: string, { schedule }: Pick<ConsoleDeps, 'schedule'>): ScheduledTask {
  const task = schedule.get(name);
  if (task) return task;
  throw new AppError('usage-invalid', `there is no job ${name}`);
}

function toRow({ name, times, fetch, numbers, store, post, mail }: ScheduledTask, last: Run | null, nowMs: number): ScheduledJobRow {
  return {
    name,
    times: times.pattern,
    timeZone: times.timeZone,
    nextAtMs: nextTime(times, nowMs),
    reads: fetch ? (parseUrl(fetch.url)?.host ?? '') : numbers ? 'our own numbers' : 'nothing',
    tells: [...(post?.to ?? []), ...(mail ? [`mail to ${String(mail.to.length)}`] : [])],
    collection: store?.into ?? post?.chart?.of ?? null,
    last: last && toRun(last),
  };
}

const toRun = ({ state, forMs, startedAtMs, endedAtMs, error, found, fresh }: Run) => ({
  state,
  forMs,
  startedAtMs,
  endedAtMs,
  error,
  found,
  fresh,
});

async function itemsOf(task: ScheduledTask, days: number, { database, now }: ConsoleDeps, signal: AbortSignal): Promise<ItemsAnswer> {
  const { store, post } = task;
  const collection = store?.into ?? post?.chart?.of;
  if (collection === undefined) throw new AppError('usage-invalid', `the job ${task.name} keeps no collection`);
  const items = await createCollections(database.parts().documents).during(
    collection,
    { fromMs: now() - days * dayMs, limit: mostInChart },
    signal,
  );
  const value = post?.chart?.value ?? valueField(items);
  const series = value === null ? [] : seriesOf(items, { value, by: post?.chart?.by });
  return { collection, items: items.toReversed().slice(0, mostListed), series, value };
}
