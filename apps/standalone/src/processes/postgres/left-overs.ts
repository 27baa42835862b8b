import { readdir, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';

/**
 * Kills the processes of a PostgreSQL server that has ended which did not notice it, such as one that hangs. Each has a session of its
 * own and, by now, no parent: it is known by its program and its working directory, the server's folder. Does nothing where there is
 * no /proc.
 */
export async function killLeftOvers(folder: string): Promise<void> {
  const home = await realpath(folder).catch(() => folder);
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const links = await Promise.all(ids.map(async (id) => ({ id, program: await linkOf(id, 'exe'), cwd: await linkOf(id, 'cwd') })));
  // All at once, so that no later server of the folder is among them.
  for (const { id, program, cwd } of links) {
    if (cwd !== home || path.basename(program) !== 'postgres') continue;
    try {
      process.kill(Number(id), 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Empty for a process that has ended or belongs to another user. */
const linkOf = async (id: string, name: string): Promise<string> => readlink(path.join('/proc', id, name)).catch(() => '');
