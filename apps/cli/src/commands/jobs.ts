import { queueFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { listedStates, type ChangedJob, type JobAdmin, type ListedJob, type QueueState } from '@watchpost/shared/jobs/job-admin';
import { jobKinds, type JobKind } from '@watchpost/shared/jobs/job-kinds';
import type { Command, CommandContext } from '../command.ts';
import { readArgs, readCount } from '../support/read-args.ts';
import { toTable } from '../support/table.ts';

const usualLimit = 30;
const mostJobs = 10_000;
const actions = ['list', 'retry', 'drop'] as const;

const options = {
  kind: { type: 'string' },
  state: { type: 'string' },
  limit: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/**
 * `jobs [list] [--kind KIND] [--state STATE] [--limit N] [--json]`, `jobs retry|drop ID...|--all [--kind KIND] [--json]`. Exit code 1 if
 * one of the ids could not be retried or dropped.
 */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, options, 0, Infinity);
  const [word = 'list', ...ids] = positionals;
  const action = oneOf('the action', word, actions) ?? 'list';
  const kind = oneOf('--kind', values.kind, jobKinds);
  const kinds: readonly JobKind[] = kind === undefined ? jobKinds : [kind];
  if (action === 'list') {
    if (ids.length > 0) throw new AppError('usage-invalid', `unexpected argument: ${ids[0] ?? ''}`);
    if (values.all) throw new AppError('usage-invalid', '--all is for retry and drop; --limit lists more');
    const what = {
      kinds,
      state: oneOf('--state', values.state, listedStates) ?? 'failed',
      limit: readCount('--limit', values.limit, mostJobs) ?? usualLimit,
    };
    return withAdmin(context, async (admin) => {
      const jobs = await admin.list(what);
      show(jobs, what, values.json === true, context);
      if (jobs.length === 0) for (const line of toSummary(await admin.queues(kinds))) context.warn(line);
      return 0;
    });
  }
  if (values.state !== undefined || values.limit !== undefined) throw new AppError('usage-invalid', '--state and --limit are for list');
  if (values.all ? ids.length > 0 : ids.length === 0) throw new AppError('usage-invalid', `${action} takes ids, or --all`);
  const what = { kinds, ids: values.all ? null : ids };
  return withAdmin(context, async (admin) => report(await admin[action](what), action, values.json === true, context));
};

async function withAdmin(context: Pick<CommandContext, 'env' | 'signal'>, use: (admin: JobAdmin) => Promise<number>): Promise<number> {
  const admin = await openJobAdmin(parseEnv(context.env, storageEnv, queueFaults), context.signal);
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

function show(
  jobs: readonly ListedJob[],
  { state, limit }: { state: string; limit: number },
  json: boolean,
  { print, warn }: CommandContext,
): void {
  const lines = json ? jobs.map((job) => JSON.stringify(job)) : toTable(['id', 'kind', 'time', 'attempts', 'reason'], jobs.map(toRow));
  if (jobs.length > 0) for (const line of lines) print(line);
  if (jobs.length === 0) warn(`no ${state} jobs`);
  else if (jobs.length === limit) warn(`the newest ${String(limit)}; --limit shows more`);
}

function toRow({ id, kind, attempts, maxAttempts, atMs, reason }: ListedJob): string[] {
  const at = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  const why = reason === null ? '' : `${reason.code === null ? '' : `${reason.code}: `}${reason.message.replaceAll(/\s+/g, ' ')}`;
  return [id, kind, `${at} UTC`, `${String(attempts)}/${String(maxAttempts)}`, why];
}

/** What there is to do: one line, and one for each queue that is paused. */
function toSummary(queues: readonly QueueState[]): string[] {
  const sum = (state: 'waiting' | 'delayed' | 'active') => queues.reduce((total, queue) => total + queue[state], 0);
  const paused = queues.filter((queue) => queue.paused).map(({ kind }) => `the queue of ${kind} jobs is paused: no worker takes any`);
  return [`${String(sum('waiting'))} waiting, ${String(sum('delayed'))} delayed, ${String(sum('active'))} active`, ...paused];
}

const failures: Record<Exclude<ChangedJob['outcome'], 'done'>, string> = {
  'not-found': 'there is no such job',
  active: 'it runs at this moment',
  waiting: 'it is waiting to be run',
  delayed: 'it is waiting for its next attempt',
  failed: 'it has failed',
  completed: 'it is done',
};

function report(changed: readonly ChangedJob[], action: 'retry' | 'drop', json: boolean, { print, warn }: CommandContext): number {
  const failed = changed.filter(({ outcome }) => outcome !== 'done');
  for (const { id, outcome } of failed) if (outcome !== 'done') warn(`${id} cannot be ${past[action]}: ${failures[outcome]}`);
  const count = changed.length - failed.length;
  if (json) print(JSON.stringify({ [past[action]]: changed.flatMap(({ id, outcome }) => (outcome === 'done' ? id : [])) }));
  else print(`${String(count)} ${count === 1 ? 'job' : 'jobs'} ${action === 'retry' ? 'put back into the queue' : 'dropped'}`);
  return failed.length > 0 ? 1 : 0;
}

const past = { retry: 'retried', drop: 'dropped' } as const;

/** One of the words; undefined where none is given. Throws `usage-invalid`. */
function oneOf<W extends string>(what: string, given: string | undefined, words: readonly W[]): W | undefined {
  const word = words.find((each) => each === given);
  if (word === undefined && given !== undefined) throw new AppError('usage-invalid', `${what} must be one of ${words.join(', ')}`);
  return word;
}
