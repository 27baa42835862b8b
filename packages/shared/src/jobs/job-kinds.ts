import { z } from 'zod';
import { AppError } from '../errors.ts';
import { jobsFormat, type ConcurrencyConfig, type JobKindDefinition } from './job-kind.ts';
import { conversionJobs } from './conversion-job.ts';
import { entryJobs } from './entry-job.ts';
import { fileJobs } from './file-job.ts';
import { handoffJobs } from './handoff-job.ts';
import { interactionJobs } from './interaction-job.ts';
import { mailJobs } from './mail-job.ts';
import { messageJobs } from './message-job.ts';
import { noticeJobs } from './notice-job.ts';
import { profileJobs } from './profile-job.ts';
import { resultJobs } from './result-job.ts';
import { scheduledJobs } from './scheduled-job.ts';
import { snapshotJobs } from './snapshot-job.ts';
import { talkJobs } from './talk-job.ts';
import { tellingJobs } from './telling-job.ts';
import { violationJobs } from './violation-job.ts';
import { visitJobs } from './visit-job.ts';

/** Every kind of job. Queues, workers, metrics and types follow from this table; the handlers are in the worker's handlers.ts. */
const table = {
  snapshot: snapshotJobs,
  visit: visitJobs,
  notice: noticeJobs,
  interaction: interactionJobs,
  message: messageJobs,
  file: fileJobs,
  violation: violationJobs,
  telling: tellingJobs,
  entry: entryJobs,
  profile: profileJobs,
  handoff: handoffJobs,
  result: resultJobs,
  talk: talkJobs,
  conversion: conversionJobs,
  scheduled: scheduledJobs,
  mail: mailJobs,
};

type Table = typeof table;
export type JobKind = keyof Table;
export type JobOf<K extends JobKind> = z.infer<Table[K]['schema']>;
export type Job = JobOf<JobKind>;

/** The table by kind. Does not compile where a schema's `kind` differs from its key. */
export const jobDefinitions: { [K in JobKind]: JobKindDefinition<JobOf<K> & { kind: K }> } = table;

export const jobKinds = Object.keys(table).filter((key): key is JobKind => key in table);

/** One value for each kind. */
export function perKind<T>(make: (kind: JobKind) => T): Record<JobKind, T> {
  const values: Partial<Record<JobKind, T>> = {};
  for (const kind of jobKinds) values[kind] = make(kind);
  if (!isComplete(values)) throw new AppError('internal', 'a job kind is missing');
  return values;
}

function isComplete<T>(values: Partial<Record<JobKind, T>>): values is Record<JobKind, T> {
  return jobKinds.every((kind) => kind in values);
}

/** The id by which the queue knows a job. */
export function jobId<K extends JobKind>(kind: K, job: JobOf<K> & { kind: K }): string {
  return jobDefinitions[kind].id(job);
}

const versioned = z.object({ v: z.number() });

/**
 * Parses a job out of the queue of its kind: another version may have added it, or somebody by hand.
 * Throws `job-newer` for one of a newer release, else `job-invalid` naming the faulty fields.
 */
export function parseJob<K extends JobKind>(kind: K, data: unknown): JobOf<K> {
  const parsed = jobDefinitions[kind].schema.safeParse(data);
  if (parsed.success) return parsed.data;
  if ((versioned.safeParse(data).data?.v ?? 0) > jobsFormat)
    throw new AppError('job-newer', `a ${kind} job of a newer release, which waits for a worker of that release`);
  const fields = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'payload'} (${code})`);
  throw new AppError('job-invalid', `not a ${kind} job that this version understands: ${fields.join(', ')}`);
}

/** What the queue keeps of a job that is done, or has failed for good; null: all of it. */
export function whatIsLeft<K extends JobKind>(kind: K, data: unknown, how: 'done' | 'failed'): JobOf<K> | object | null {
  const { schema, whenDone, whenFailed } = jobDefinitions[kind];
  const strip = how === 'done' ? whenDone : whenFailed;
  if (!strip) return null;
  const job = schema.safeParse(data);
  return job.success ? strip(job.data) : withoutSealed(data);
}

/** A job of another version: whatever it is, what is sealed in it goes. */
function withoutSealed(data: unknown): object {
  const left: unknown = JSON.parse(JSON.stringify(data, (key, value: unknown) => (key === 'sealed' ? null : value)));
  return typeof left === 'object' && left !== null ? left : {};
}

/** What a span says of a job. */
export const messagingOf = (kind: JobKind, id: string) => ({
  'messaging.system': 'bullmq',
  'messaging.destination.name': jobDefinitions[kind].queue,
  'messaging.message.id': id,
});

/** How many jobs of a kind one worker runs at a time. */
export function concurrencyOf(kind: JobKind, config: ConcurrencyConfig): number {
  const { concurrency } = jobDefinitions[kind];
  return typeof concurrency === 'number' ? concurrency : config[concurrency];
}
