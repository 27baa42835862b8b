import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';

/** What a processor can do, and how many threads are to use it. */
export interface CpuFacts {
  model: string;
  architecture: string;
  /** Of /proc/cpuinfo; empty where it is not there. */
  flags: ReadonlySet<string>;
  cores: number;
  threads: number;
}

/** The processor, for inference. */
export function cpuChecks({ machine }: DoctorConfig): Check[] {
  if (!machine) return [];
  return [
    {
      id: 'machine.cpu',
      repair: '',
      examine: async (report) => {
        const told = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
        const flags = new Set(/^flags\s*:(.*)$/m.exec(told)?.[1]?.trim().split(/\s+/) ?? []);
        reportCpu(report, {
          model: cpus()[0]?.model.trim() ?? 'unknown processor',
          architecture: process.arch,
          flags,
          cores: availableParallelism(),
          threads: machine.INFERENCE_THREADS,
        });
      },
    },
  ];
}

/** Judges a processor. */
export function reportCpu(report: Report, { model, architecture, flags, cores, threads }: CpuFacts): void {
  const id = 'machine.cpu';
  const has = (flag: string): boolean => flags.has(flag);
  if (architecture === 'x64' && flags.size > 0 && !has('avx2'))
    report.warning(
      id,
      `${model} has no AVX2: a snapshot takes several times as long`,
      'run workers on a processor with AVX2, or let the virtual machine pass it on (cpu type host)',
    );
  else report.ok(id, `${model}, ${String(cores)} cores${has('avx512f') ? ', AVX-512' : has('avx2') ? ', AVX2' : ''}`);
  if (threads > cores)
    report.warning(
      'machine.threads',
      `INFERENCE_THREADS is ${String(threads)}, and there are ${String(cores)} cores: the threads only wait for each other`,
      `set it to ${String(cores)}, or leave it out`,
    );
}
