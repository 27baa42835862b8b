import type { z } from 'zod';
import { wholeNumber, type ConfigOf } from '../config/parse-env.ts';

/** Slack delivers an event again for up to 24 hours; with two hours of margin, this is how long an id must be remembered. Milliseconds. */
export const redeliveryWindowMs = 26 * 3_600_000;

/** The newest `v` of any kind of job. Raised with a schema's `v`, by a release that sends what older workers cannot read. */
export const jobsFormat = 1;

/** Variables that set how many jobs of a kind one worker runs at a time. */
export const concurrencyEnv = {
  /** Snapshots. Downloads and inference overlap. */
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(4),
};
export type ConcurrencyConfig = ConfigOf<typeof concurrencyEnv>;

/** A kind of job: its schema, and how the queue treats it. `J`: its payload. */
export interface JobKindDefinition<J> {
  /** Versioned (`v`) and named (`kind`). Payloads hold references only: no bytes, no token, and what a message says only sealed and only until the job ends. */
  schema: z.ZodType<J>;
  /** The same work has the same id, so that sending it again is a no-op. BullMQ refuses `:` in ids, and ids that are whole numbers. */
  id: (job: J) => string;
  queue: string;
  attempts: number;
  /** First wait between attempts; doubles each time, half of it random. Milliseconds. */
  backoffMs: number;
  /** Lower ones are taken first, 0 before all others; at most 2,097,152. Default 0. */
  priority?: (job: J) => number;
  /** What is left of the job once it has failed for good; a retry by hand works with that. Default: all of it. */
  whenFailed?: (job: J) => J;
  /** What is left of the job once it is done; its id is remembered for a day. Default: all of it. */
  whenDone?: (job: J) => J;
  /** The queue refuses a job that is larger as JSON, bytes. Default 16,384. */
  mostBytes?: number;
  /** How long the job waits before it can be taken, milliseconds. Default 0. */
  delayMs?: (job: J) => number;
  /** Jobs that one worker runs at a time: a number, or the variable that sets it. */
  concurrency: number | keyof ConcurrencyConfig;
}
