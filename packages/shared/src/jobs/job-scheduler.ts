import type { Times } from './times.ts';

/** A job that is to run again and again. */
export interface Recurring extends Times {
  /** As a `scheduled` job carries it. */
  name: string;
}

/** What `arrange` had to change, by name. */
export interface Arranged {
  added: string[];
  changed: string[];
  removed: string[];
}

/**
 * Has the queue run `scheduled` jobs at their times. Of times that pass while no worker runs, one run is left. All processes may arrange at
 * once. Methods reject with `queue-unavailable` when the queue does not answer.
 */
export interface JobScheduler {
  /** Sees to it that these run, and no others. Those that run as they should are left alone. */
  arrange(jobs: readonly Recurring[], signal: AbortSignal): Promise<Arranged>;
  close(): Promise<void>;
}
