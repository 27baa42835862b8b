import { readFile } from 'node:fs/promises';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';
import { isAtLeast } from '../stores/versions.ts';

const leastNode = '20.19';
/** Of a worker or an ingest: sockets, files, pipes of child processes. */
const leastFiles = 1_024;

/** Node and the limits of this process. */
export function runtimeChecks({ machine, files }: DoctorConfig): Check[] {
  return [
    {
      id: 'machine.runtime',
      repair: '',
      examine: async (report) => {
        reportNode(report, process.versions.node);
        const limit = openFilesIn(await readFile('/proc/self/limits', 'utf8').catch(() => ''));
        if (limit !== null) reportOpenFiles(report, limit, files?.FEEDS_FILE === undefined ? null : (machine?.FEED_MAX_READERS ?? null));
      },
    },
  ];
}

/** Judges a version of Node. */
export function reportNode(report: Report, version: string): void {
  const id = 'machine.node';
  if (!isAtLeast(version, leastNode)) report.fault(id, `Node is version ${version}, and ${leastNode} is needed`, 'install Node 24');
  else if (Number.parseInt(version, 10) % 2 === 1)
    report.warning(id, `Node is version ${version}: odd ones are supported for months only`, 'install an even version, such as Node 24');
  else report.ok(id, `Node is version ${version}`);
}

/** Judges how many files a process may open. `readers`: of feeds, at the same time; null: there are no feeds. */
export function reportOpenFiles(report: Report, limit: number, readers: number | null): void {
  const id = 'machine.files';
  const needed = leastFiles + (readers ?? 0);
  if (limit >= needed) report.ok(id, `a process may open ${Number.isFinite(limit) ? String(limit) : 'any number of'} files`);
  else
    report.warning(
      id,
      `a process may open ${String(limit)} files, and ${String(needed)} are needed${readers === null ? '' : ` for ${String(readers)} readers of feeds`}`,
      'raise it: ulimit -n, LimitNOFILE= of a systemd unit, or ulimits of a container',
    );
}

/** The soft limit in /proc/self/limits; null: it is not there. Pure. */
export function openFilesIn(limits: string): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
