import { readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const prefix = 'watchpost-convert-';
/** A folder of another machine, or container, is nobody's any more after so long: no conversion takes more than two hours. Milliseconds. */
const abandonedMs = 3 * 3_600_000;
const ours = new Set<string>();

/** Works in a fresh folder that nobody else can read (mode 700), and removes it whatever happens. `base`: where temporary files are. */
export async function inWorkFolder<T>(base: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(base, `${prefix}${machine()}-${process.pid}-`));
  ours.add(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    ours.delete(folder);
  }
}

/** Removes what workers left that were killed. Resolves to how many folders. */
export async function sweepWorkFolders(base: string, nowMs: number): Promise<number> {
  let swept = 0;
  for (const name of (await readdir(base)).filter((each) => each.startsWith(prefix))) {
    const folder = join(base, name);
    if (ours.has(folder) || !(await isAbandoned(name, folder, nowMs))) continue;
    await rm(folder, { recursive: true, force: true });
    swept += 1;
  }
  return swept;
}

/** All files of a folder together, with those in folders of it. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(
    entries.map(async (entry) =>
      entry.isFile()
        ? stat(join(entry.parentPath, entry.name)).then(
            ({ size }) => size,
            () => 0,
          )
        : 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Which processes can be asked by their number: those of this machine, within the same container. Containers may share a host name. */
const machine = (): string => {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9.]/g, '_')
    .slice(0, 40);
  return `${host}_${processTable()}`;
};

/** The number of our table of processes; empty where the system has only one. */
function processTable(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '');
  } catch {
    return '';
  }
}

async function isAbandoned(name: string, folder: string, nowMs: number): Promise<boolean> {
  const [, host, pid] = /^watchpost-convert-([\w.]+)-(\d+)-/.exec(name) ?? [];
  // A process of the same number was before us.
  if (host === machine() && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true;
  const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: nowMs }));
  return nowMs - mtimeMs > abandonedMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
