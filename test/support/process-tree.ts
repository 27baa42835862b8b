import { execFileSync } from 'node:child_process';

/** The processes below one, the nearest first. */
export function descendants(of: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const found = [of];
  for (const pid of found) for (const [child = 0, parent] of rows) if (parent === pid) found.push(child);
  return found.slice(1);
}

/** The command lines with a data folder in them: the embedded database's, and its guardian's. */
export function processesThatName(folder: string): string[] {
  const commands = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).split('\n');
  return commands.filter((command) => command.includes(folder));
}

/** Whether some process has this id, a zombie too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The command line of a process; empty if it has ended. */
export function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** When a process started, which tells it from a later one with the same id; empty if it has ended. */
export function startOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
