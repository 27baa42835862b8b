import { readFileSync } from 'node:fs';

/** The longest time for which the event loop did nothing but one thing, milliseconds. */
export interface LongestBlock {
  /** CPU time of the thread, where the system counts it (Linux): a busy machine does not lengthen it. Elsewhere the same as `delayMs`. */
  cpuMs: number;
  /** By the clock. */
  delayMs: number;
}

/** How often the event loop is asked whether it still turns. */
const everyMs = 1;

/** Watches the event loop of this thread. `stop` resolves to the longest block since the start. */
export function watchBlocks(): { stop(): Promise<LongestBlock> } {
  const longest: LongestBlock = { cpuMs: 0, delayMs: 0 };
  let [lastMs, lastCpuMs] = [performance.now(), threadCpuMs()];
  const look = (): void => {
    const [nowMs, cpuMs] = [performance.now(), threadCpuMs()];
    const delayMs = nowMs - lastMs - everyMs;
    longest.delayMs = Math.max(longest.delayMs, delayMs);
    longest.cpuMs = Math.max(longest.cpuMs, cpuMs === null || lastCpuMs === null ? delayMs : cpuMs - lastCpuMs);
    [lastMs, lastCpuMs] = [nowMs, cpuMs];
  };
  let timer = setTimeout(function again() {
    look();
    timer = setTimeout(again, everyMs);
  }, everyMs);
  return {
    stop: async () => {
      // What was under way ends first.
      await new Promise((resolve) => setTimeout(resolve, 5 * everyMs));
      clearTimeout(timer);
      return longest;
    },
  };
}

/** https://docs.kernel.org/scheduler/sched-stats.html: nanoseconds on the CPU come first. */
function threadCpuMs(): number | null {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return null;
  }
}
