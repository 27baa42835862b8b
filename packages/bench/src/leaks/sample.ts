import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../servers/app.ts';
import { probeAnswers, probeSignal, type Held } from './probe-line.ts';

/** What a process holds at one moment, after a garbage collection. */
export interface ProcessSample {
  /** What the process has of the machine; includes what its allocators keep to use again. */
  rssMb: number;
  /** JavaScript objects and the buffers that belong to them: what leaks. */
  heldMb: number;
  handles: number;
  /** Open files and connections; 0 where there is no /proc. */
  descriptors: number;
}

/** Environment of a process that is to be sampled. */
export const probedEnv = { NODE_OPTIONS: `--import=${new URL('./probe.js', import.meta.url).href}` };

/** How long a busy process may take to answer. Milliseconds. */
const answerWithinMs = 60_000;
const askAgainMs = 20;

/** Lets a process that runs with `probedEnv` collect its garbage, and asks for its metrics. */
export async function sampleProcess(app: App): Promise<ProcessSample> {
  const held = await collected(app);
  const text = await (await fetch(`${app.url}/metrics`, { headers: { connection: 'close' } })).text();
  const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    rssMb: (await residentBytes(app.child().pid ?? 0, metric('process_resident_memory_bytes'))) / 1e6,
    heldMb: (held.heapUsed + held.external) / 1e6,
    handles: metric('nodejs_active_handles_total'),
    descriptors: (await readdir(`/proc/${app.child().pid ?? 0}/fd`).catch(() => [])).length,
  };
}

async function collected(app: App): Promise<Held> {
  const before = probeAnswers(app.log()).length;
  app.child().kill(probeSignal);
  for (let leftMs = answerWithinMs; leftMs > 0; leftMs -= askAgainMs) {
    const answer = probeAnswers(app.log())[before];
    if (answer) return answer;
    await sleep(askAgainMs);
  }
  throw new Error(`a process did not answer within ${answerWithinMs} ms`);
}

async function residentBytes(pid: number, otherwise: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kb === undefined ? otherwise : Number(kb) * 1_024;
}
