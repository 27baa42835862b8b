/** One queue, and what this process does with it, at one moment. */
export interface QueueState {
  waiting: number;
  /** Completed, failed and delayed jobs: changes when any worker gets something done. */
  finished: number;
  /** Attempts that this process has started so far. */
  started: number;
  /** Attempts that this process is running. */
  running: number;
}

/**
 * True if, from one state to the next, jobs were waiting and this process, idle, took none. Pure. `limited`: the queue is rate
 * limited, so an idle process is suspicious only if no other worker got a job either.
 */
export function tookNothing(before: QueueState, now: QueueState, limited: boolean): boolean {
  if (before.waiting === 0 || now.waiting === 0 || now.running > 0 || now.started > before.started) return false;
  return !limited || now.finished === before.finished;
}
