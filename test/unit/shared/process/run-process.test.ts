import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';

const runProcess = import.meta.resolve('@watchpost/shared/process/run-process');
const logger = import.meta.resolve('@watchpost/shared/observability/logger');

/**
 * Runs a process whose `start` has this body, and prints how many listeners it has before, while it runs and after it has stopped.
 * It is connected by IPC until it sends a message.
 */
async function run(body: string): Promise<{ counts: number[][]; status: number | null; log: string }> {
  const script = `
    import { runProcess } from '${runProcess}';
    import { createLogger } from '${logger}';
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const counts = [];
    const count = () => counts.push([...signals, 'unhandledRejection', 'disconnect'].map((event) => process.listenerCount(event)));
    process.on('exit', () => console.log(JSON.stringify(counts)));
    const stopped = (log) => { if (JSON.parse(log).msg === 'stopped') setImmediate(count); };
    const log = createLogger('test', 'info', { write: (line) => { process.stderr.write(line); stopped(line); } });
    count();
    await runProcess({ log, graceMs: 1_000, signals }, async (lifecycle, fail) => {
      count();
      const timer = setInterval(() => undefined, 1_000);
      lifecycle.onStop('timer', () => clearInterval(timer));
      ${body}
    });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.once('message', () => child.disconnect());
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  await exited;
  return { counts: JSON.parse(stdout) as number[][], status: child.exitCode, log: stderr };
}

/** Resolves with the log of a process whose launcher is killed before the process has loaded. */
async function runOrphan(): Promise<string> {
  const orphan = `
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { runProcess } = await import('${runProcess}');
    const { createLogger } = await import('${logger}');
    const log = createLogger('test', 'debug', { write: (line) => process.stderr.write(line) });
    await runProcess({ log, graceMs: 1_000 }, async () => { process.stderr.write('started'); setInterval(() => undefined, 1_000); });
  `;
  const launcher = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100);
  `;
  const child = spawn(process.execPath, ['-e', launcher, orphan], { stdio: ['ignore', 'ignore', 'pipe'] });
  // It ends when the orphan, which inherited it, has ended.
  return text(child.stderr);
}

const none = [0, 0, 0, 0, 0];
const one = [1, 1, 1, 1, 1];

describe('runProcess', () => {
  it('starts nothing, and ends, if its launcher was gone before it had loaded', async () => {
    const log = await runOrphan();
    expect(log).toContain('"reason":"the launcher is gone"');
    expect(log).not.toContain('started');
  });

  it.each([
    ['a signal', "process.kill(process.pid, 'SIGHUP');", 0, '"reason":"SIGHUP"'],
    ['the end of its launcher', "process.send('up');", 0, '"reason":"the launcher is gone"'],
    ['an unhandled rejection', "void Promise.reject(new Error('forgotten'));", 1, 'forgotten'],
    ['a failure', "fail(new Error('no longer possible'));", 1, 'no longer possible'],
    ['a start that fails', "throw new Error('cannot begin');", 1, 'cannot begin'],
  ])('stops after %s and takes every listener off again', async (_what, body, status, logged) => {
    const ended = await run(body);
    expect(ended.counts).toEqual([none, one, none]);
    expect(ended.status).toBe(status);
    expect(ended.log).toContain(logged);
    expect(ended.log).toContain('"msg":"stopped"');
  });
});
