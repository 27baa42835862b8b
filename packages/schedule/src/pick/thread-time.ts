import { readFileSync, readlinkSync } from 'node:fs';

/** Linux counts what each thread uses, and calls it a task of its process; elsewhere there is nothing like it. Node 20 knows the whole process only. */
const tasks = '/proc/self/task';
/** In which Linux tells it, everywhere. */
const ticksPerSecond = 100;

/** The task that calls this; null: not on Linux. */
export function ownTask(): string | null {
  try {
    return /\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** How much processor time a task of this process has used, milliseconds; null: nobody can say, or it has ended. */
export function timeOfTask(task: string): number | null {
  try {
    // Its name stands before, in brackets, and may be anything.
    const fields = readFileSync(`${tasks}/${task}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? (ticks * 1_000) / ticksPerSecond : null;
  } catch {
    return null;
  }
}
