/** npm does not end what it runs when it is killed itself. Plain Node, since nothing is installed when it is needed. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const everyMs = 500;
const onLinux = process.platform === 'linux';

/**
 * Aborts when the npm that runs this script, or the shell between the two, is gone. Never aborts for a script that was started in
 * another way, so `node scripts/start.mjs &` runs on when its terminal closes.
 */
export function npmGone() {
  const gone = new AbortController();
  const script = process.env.npm_lifecycle_script;
  if (!script || !process.argv[1]?.endsWith(script.split(' ')[1] ?? script)) return gone.signal;
  const parent = process.ppid;
  // npm runs `sh -c 'node SCRIPT'`. Some shells become the program that they run.
  const npm = commandOf(parent).includes(script) ? parentOf(parent) : undefined;
  const isGone = () => process.ppid !== parent || (npm !== undefined && (onLinux ? parentOf(parent) !== npm : !isRunning(npm)));
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    gone.abort();
  }, everyMs);
  timer.unref();
  return gone.signal;
}

/** As `npmGone`, for a script that needs no time to stop: it is sent SIGTERM. */
export function endWithNpm() {
  npmGone().addEventListener('abort', () => process.kill(process.pid, 'SIGTERM'));
}

function commandOf(pid) {
  return onLinux ? readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') : ps('args', pid);
}

/** The id of a process's parent; NaN if the process has ended. */
function parentOf(pid) {
  if (!onLinux) return Number.parseInt(ps('ppid', pid), 10);
  const stat = readText(`/proc/${pid}/stat`);
  return Number.parseInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1], 10);
}

function ps(column, pid) {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
