import { listPresent, type Present } from '@watchpost/shared/documents/presence';
import { AppError } from '@watchpost/shared/errors';
import type { JobPlace } from '@watchpost/shared/jobs/job-admin';
import { jobKinds } from '@watchpost/shared/jobs/job-kinds';
import { createQueueAudit } from '@watchpost/shared/jobs/queue-audit';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { actorIdOf } from '../../sign-in/actor.ts';
import { bulkChange, kindsOf } from './bulk-change.ts';
import { inSteps } from './in-steps.ts';
import {
  changedAnswer,
  choice,
  failuresAnswer,
  failuresQuery,
  historyAnswer,
  historyQuery,
  jobAnswer,
  jobParams,
  jobsAnswer,
  jobsQuery,
  pauseAnswer,
  pauseBody,
  queueAnswer,
  queueChangesAnswer,
  type QueueAnswer,
} from './schema.ts';

const tags = ['queue'];
/** Of the failed ones, so many of the newest are counted by their codes. */
const mostCounted = 500;
const mostChanges = 50;

/** What the page Queue asks for. */
export function registerQueue(app: ConsoleApp, deps: ConsoleDeps): void {
  registerOverview(app, deps);
  registerJobs(app, deps);
  registerChanges(app, deps);
}

function registerOverview(app: ConsoleApp, deps: ConsoleDeps): void {
  app.get(
    '/api/queue',
    { schema: { tags, summary: 'How much there is to do, who does it, and what it waits for', response: { 200: queueAnswer } } },
    async ({ ending: signal }) => {
      const admin = await deps.jobAdmin(signal);
      const [queues, workers] = await Promise.all([admin.queues(jobKinds), presentWorkers(deps, signal)]);
      return {
        kinds: queues.map(({ paused, ...queue }) => ({ ...queue, isPaused: paused })),
        workers:
          workers?.map(({ id, name, host, pid, startedAtMs, seenAtMs, running }) => ({
            id,
            name,
            host,
            pid,
            startedAtMs,
            seenAtMs,
            running,
          })) ?? null,
        held: heldOf(workers ?? []),
      };
    },
  );
  app.get(
    '/api/queue/history',
    {
      schema: {
        tags,
        summary: 'Jobs that were done, and that failed for good, over the last minutes',
        querystring: historyQuery,
        response: { 200: historyAnswer },
      },
    },
    async ({ query: { kind, minutes }, ending }) => {
      const admin = await deps.jobAdmin(ending);
      return inSteps(await admin.history(kindsOf(kind), minutes));
    },
  );
}

function registerJobs(app: ConsoleApp, deps: ConsoleDeps): void {
  app.get(
    '/api/queue/jobs',
    { schema: { tags, summary: 'Jobs in one state, the newest first', querystring: jobsQuery, response: { 200: jobsAnswer } } },
    async ({ query: { state, kind, code, cursor, limit }, ending }) => {
      const admin = await deps.jobAdmin(ending);
      const from = { ...(cursor !== undefined && { before: placeOf(cursor) }), ...(code !== undefined && { code }) };
      const most = state === 'failed' ? limit : 200;
      const jobs = await admin.list({ kinds: kindsOf(kind), state, limit: most, ...(state === 'failed' && from) });
      const last = jobs.at(-1);
      return { items: jobs, next: state === 'failed' && last && jobs.length === limit ? `${String(last.atMs)}~${last.id}` : null };
    },
  );
  app.get(
    '/api/queue/failures',
    { schema: { tags, summary: 'Why jobs have failed, by code', querystring: failuresQuery, response: { 200: failuresAnswer } } },
    async ({ query: { kind }, ending }) => {
      const admin = await deps.jobAdmin(ending);
      const failed = await admin.list({ kinds: kindsOf(kind), state: 'failed', limit: mostCounted });
      const counts = new Map<string | null, number>();
      for (const { reason } of failed) counts.set(reason?.code ?? null, (counts.get(reason?.code ?? null) ?? 0) + 1);
      const codes = [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
      return { codes, counted: failed.length };
    },
  );
  app.get(
    '/api/queue/jobs/:id',
    { schema: { tags, summary: 'One job with what it is about', params: jobParams, response: { 200: jobAnswer } } },
    async ({ params: { id }, ending }) => {
      const found = await (await deps.jobAdmin(ending)).get(jobKinds, id);
      if (!found) throw new AppError('job-missing', 'this job is done, or was dropped');
      return found;
    },
  );
}

function registerChanges(app: ConsoleApp, deps: ConsoleDeps): void {
  const change = bulkChange(deps);
  app.post(
    '/api/queue/retry',
    {
      config: { role: 'editor' },
      schema: { tags, summary: 'Put failed jobs back into their queue', body: choice, response: { 200: changedAnswer } },
    },
    async (request) => change('retried', request.body, request),
  );
  app.post(
    '/api/queue/drop',
    {
      config: { role: 'admin' },
      schema: { tags, summary: 'Remove jobs that are not running', body: choice, response: { 200: changedAnswer } },
    },
    async (request) => change('dropped', request.body, request),
  );
  app.post(
    '/api/queue/pause',
    {
      config: { role: 'admin' },
      schema: { tags, summary: 'Have workers take no jobs of a kind, or take them again', body: pauseBody, response: { 200: pauseAnswer } },
    },
    async (request) => {
      const { kind: asked, isPaused } = request.body;
      const signal = request.ending;
      const admin = await deps.jobAdmin(signal);
      const [kind] = kindsOf(asked);
      if (kind === undefined) throw new AppError('usage-invalid', `there are no ${asked} jobs`);
      const change = { actor: actorIdOf(request), what: isPaused ? ('paused' as const) : ('resumed' as const), kind, jobs: 0 };
      await createQueueAudit(deps.database.parts().documents).record(change, signal);
      await admin.setPaused(kind, isPaused);
      deps.live.announce({ topic: 'queue' });
      deps.live.announce({ topic: 'log' });
      deps.log.warn({ actor: actorIdOf(request), kind, isPaused }, 'a kind of job was paused or resumed by hand');
      return { kind, isPaused };
    },
  );
  app.get(
    '/api/queue/changes',
    { schema: { tags, summary: 'What people did with the queue, the newest first', response: { 200: queueChangesAnswer } } },
    async ({ ending }) => ({ changes: await createQueueAudit(deps.database.parts().documents).list(mostChanges, ending) }),
  );
}

function placeOf(cursor: string): JobPlace {
  const at = cursor.indexOf('~');
  return { atMs: Number(cursor.slice(0, at)), id: cursor.slice(at + 1) };
}

/** Null: the database, where workers show themselves, is away. */
async function presentWorkers({ database }: Pick<ConsoleDeps, 'database'>, signal: AbortSignal): Promise<Present[] | null> {
  return database.isOpen() ? listPresent(database.parts().documents, signal).catch(() => null) : null;
}

/** Each need once, with all kinds that wait for it. */
function heldOf(workers: readonly Present[]): QueueAnswer['held'] {
  const needs = new Map<string, { need: string; reason: string; kinds: Set<string>; workers: Set<string> }>();
  for (const { id, held } of workers) {
    for (const { need, reason, kind } of held ?? []) {
      const entry = needs.get(`${need} ${reason}`) ?? { need, reason, kinds: new Set(), workers: new Set() };
      entry.kinds.add(kind);
      entry.workers.add(id);
      needs.set(`${need} ${reason}`, entry);
    }
  }
  return [...needs.values()].map(({ need, reason, ...sets }) => ({
    need,
    reason,
    kinds: [...sets.kinds].sort(),
    workers: sets.workers.size,
  }));
}
