import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Beside one other busy program of normal priority, inference still gets a quarter of a core. */
const niceness = 5;

/**
 * Lets everything else on this machine go first, above all ingest, which must acknowledge events at once while all cores infer.
 * On Linux this is about the calling thread, elsewhere about the process. A system that refuses changes nothing.
 */
export function lowerPriority(): void {
  politely(() => setPriority(niceness));
  // Linux with autogroups weighs whole sessions against each other, and the priorities of threads only within one. Ours only: never a terminal's.
  politely(() => {
    if (leadsItsSession()) writeFileSync('/proc/self/autogroup', String(niceness));
  });
}

/** `npm start` and service managers give each process a session of its own. */
function leadsItsSession(): boolean {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === process.pid;
}

function politely(change: () => void): void {
  try {
    change();
  } catch {
    // Not permitted, or no such file: inference runs as everything else.
  }
}
