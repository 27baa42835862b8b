/**
 * The images' health check: `node health-check.mjs VARIABLE PORT [MISSES]` asks /health/live on the port that VARIABLE sets, else on
 * PORT. Docker only marks a container that is unhealthy; so after MISSES bad answers in a row (default 3) this ends the container's main
 * process, and the container's restart policy starts it again: first SIGTERM, at the next miss SIGKILL. Process 1 cannot be killed from
 * inside: the container must run with `--init` (compose: `init: true`).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const timeoutMs = 5_000;
/** Nothing is expected of a process that has just started. */
const startMs = 90_000;

/**
 * Asks once. `parent`: the process whose child `node SCRIPT` is the main process. `file` counts the misses between two calls. Resolves to whether the
 * process is live.
 */
export async function check({ url, parent, script = 'dist/main.js', file, misses, graceMs = startMs, askMs = timeoutMs }) {
  const main = mainProcess(parent, script);
  const before = readCount(file);
  const count = main !== undefined && before.main === main.key ? before : { main: main?.key, sinceMs: uptimeMs(), missed: 0 };
  const isLive = await fetch(url, { signal: AbortSignal.timeout(askMs) }).then(
    ({ ok }) => ok,
    () => false,
  );
  const starting = count.missed === 0 && !count.answered && uptimeMs() - count.sinceMs < graceMs;
  if (isLive) Object.assign(count, { missed: 0, answered: true });
  else if (!starting) count.missed += 1;
  writeFileSync(file, JSON.stringify(count));
  if (main && count.missed >= misses) kill(main.pid, count.missed === misses ? 'SIGTERM' : 'SIGKILL');
  return isLive;
}

/**
 * The child of `parent` that runs `node SCRIPT`; its key tells it from another one with the same id. Without `--init` there is none: node
 * is process 1 itself.
 */
function mainProcess(parent, script) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = readText(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [, argument] = readText(`/proc/${pid}/cmdline`).split('\0');
    if (Number(fields[1]) === parent && argument === script) return { pid: Number(pid), key: `${pid} ${fields[19]}` };
  }
  return undefined;
}

/** Since the machine started. The time of day may be put right at any moment. */
function uptimeMs() {
  return Number.parseFloat(readText('/proc/uptime')) * 1_000;
}

function kill(pid, signal) {
  process.stderr.write(`process ${pid} does not answer: ${signal}\n`);
  process.kill(pid, signal);
}

function readCount(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , variable, defaultPort, misses = '3'] = process.argv;
  const host = process.env.HOST?.trim().replace(/^\[(.*)\]$/, '$1') || '0.0.0.0';
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  const port = process.env[variable]?.trim() || defaultPort;
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}/health/live`;
  const file = path.join(os.tmpdir(), 'watchpost-health.json');
  // A port that the system chose is not known here.
  const isLive = port === '0' || (await check({ url, parent: 1, file, misses: Number(misses) }));
  process.exitCode = isLive ? 0 : 1;
}
