import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';

/** Bytes: of a worker with one inference thread, and of each further one; docs/decisions/0008. */
const [firstThread, furtherThread] = [400e6, 130e6];
/** Where cgroups version 2 and 1 say how much a container may have. */
const limitFiles = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];

/** Memory for one worker. */
export function memoryChecks({ machine }: DoctorConfig): Check[] {
  if (!machine) return [];
  return [
    {
      id: 'machine.memory',
      repair: '',
      examine: async (report) => {
        const texts = await Promise.all(limitFiles.map(async (file) => readFile(file, 'utf8').catch(() => '')));
        const available =
          Number(/^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8').catch(() => ''))?.[1] ?? 0) * 1_024;
        reportMemory(report, {
          total: totalmem(),
          available: available === 0 ? freemem() : available,
          limit: limitIn(texts, totalmem()),
          threads: machine.INFERENCE_THREADS,
        });
      },
    },
  ];
}

/** The lowest limit of the container, bytes; null: none that is below what the machine has. Pure. */
export function limitIn(texts: readonly string[], total: number): number | null {
  const limits = texts.flatMap((text) => (/^\d+\s*$/.test(text) ? [Number(text)] : [])).filter((limit) => limit > 0 && limit < total);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Bytes. `limit`: of the container; null: none. */
export interface MemoryFacts {
  total: number;
  available: number;
  limit: number | null;
  threads: number;
}

/** Judges whether a worker has enough memory. */
export function reportMemory(report: Report, { total, available, limit, threads }: MemoryFacts): void {
  const id = 'machine.memory';
  const needed = firstThread + (threads - 1) * furtherThread;
  const most = limit ?? total;
  const worker = `a worker with ${String(threads)} inference ${threads === 1 ? 'thread' : 'threads'} takes some ${inMb(needed)}`;
  const where = limit === null ? 'this machine' : 'this container';
  if (most < needed) report.fault(id, `${where} has ${inMb(most)}, and ${worker}`, 'give it more memory, or set INFERENCE_THREADS lower');
  else if (available < needed)
    report.warning(
      id,
      `${inMb(available)} of ${inMb(most)} are free, and ${worker}`,
      'unless a worker runs here already, give it more memory, or set INFERENCE_THREADS lower',
    );
  else report.ok(id, `${where} has ${inMb(most)}; ${worker}`);
}

const inMb = (bytes: number): string => `${String(Math.round(bytes / 1e6))} MB`;
