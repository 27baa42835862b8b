/** One queue, and what this process does with it, at one moment. */
export interface QueueState {
  waiting: number;
  /** Attempts that this process has started so far. */
  started: number;
  /** Attempts that this process is running. */
  running: number;
}

/** True if, from one state to the next, jobs were waiting and this process, idle, took none. Pure. */
export function tookNothing(before: QueueState, now: QueueState): boolean {
  return before.waiting > 0 && now.waiting > 0 && now.running === 0 && now.started === before.started;
}
