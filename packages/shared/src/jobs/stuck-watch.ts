/** A look at one queue and at what this process does with it. */
export interface QueueView {
  waiting: number;
  /** Completed, failed and delayed jobs: changes when anybody gets something done. */
  finished: number;
  /** Tries that this process has begun so far. */
  started: number;
  /** Tries that this process is in. */
  running: number;
}

/**
 * Pure: between two looks, jobs waited and this process, idle, took none. `limited`: the queue hands out only so many a second,
 * so an idle process is suspicious only when nobody else got any either.
 */
export function tookNothing(before: QueueView, now: QueueView, limited: boolean): boolean {
  if (before.waiting === 0 || now.waiting === 0 || now.running > 0 || now.started > before.started) return false;
  return !limited || now.finished === before.finished;
}
