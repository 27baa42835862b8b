import { readdir, readFile } from 'node:fs/promises';
import type { App } from '../servers/app.ts';

/** What a process holds at one moment. */
export interface ProcessSample {
  rssMb: number;
  heapMb: number;
  /** Buffers and the like, outside the heap. */
  externalMb: number;
  handles: number;
  /** Open files and connections; 0 where there is no /proc. */
  descriptors: number;
}

/** Asks a process for its metrics. */
export async function sampleProcess(app: App): Promise<ProcessSample> {
  const text = await (await fetch(`${app.url}/metrics`, { headers: { connection: 'close' } })).text();
  const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    rssMb: (await residentBytes(app.child().pid ?? 0, metric('process_resident_memory_bytes'))) / 1e6,
    heapMb: metric('nodejs_heap_size_used_bytes') / 1e6,
    externalMb: metric('nodejs_external_memory_bytes') / 1e6,
    handles: metric('nodejs_active_handles_total'),
    descriptors: (await readdir(`/proc/${app.child().pid ?? 0}/fd`).catch(() => [])).length,
  };
}

async function residentBytes(pid: number, otherwise: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kb === undefined ? otherwise : Number(kb) * 1_024;
}
