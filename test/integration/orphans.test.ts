import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'vitest';
import { isAlive } from '../support/process-tree.ts';
import { until } from '../support/until.ts';

interface Orphan {
  launcher: ChildProcess;
  /** The process that the launcher supervises. */
  pid: number;
  /** It writes this file when it has finished its work. */
  finished: string;
}

/** A launcher that supervises a process whose work takes another two seconds after it was told to stop, with SIGTERM or without. */
async function launched(onTestFinished: TestContext['onTestFinished'], graceMs: number): Promise<Orphan> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-orphan-'));
  const file = path.join(folder, 'main.mjs');
  const finished = path.join(folder, 'finished');
  writeFileSync(
    file,
    `import { writeFileSync } from 'node:fs';
    import { runProcess } from '${import.meta.resolve('@watchpost/shared/process/run-process')}';
    import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
    await runProcess({ log: createLogger('main', 'silent'), graceMs: 60_000 }, async ({ aborting, onStop }) => {
      const timer = setInterval(() => undefined, 1_000);
      onStop('work', async () => {
        await new Promise((resolve) => { setTimeout(resolve, 2_000); aborting.addEventListener('abort', resolve); });
        if (!aborting.aborted) writeFileSync(${JSON.stringify(finished)}, '');
        clearInterval(timer);
      });
      console.log('pid ' + process.pid);
    });`,
  );
  const source = `
    import { supervise } from '${import.meta.resolve('@watchpost/standalone/processes/supervised')}';
    const [file, graceMs] = process.argv.slice(1);
    supervise({
      name: 'worker', file, env: process.env, graceMs: Number(graceMs), health: { host: '127.0.0.1', port: 1 },
      onLine: (_name, line) => console.log(line), say: () => undefined, onGivenUp: () => undefined,
    });`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', source, file, String(graceMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => createInterface(launcher.stdout).once('line', resolve));
  const pid = Number(line.slice('pid '.length));
  onTestFinished(() => {
    launcher.kill('SIGKILL');
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return { launcher, pid, finished };
}

describe.concurrent('a process whose launcher is killed', () => {
  it('is killed after its grace period if it hangs', async ({ expect, onTestFinished }) => {
    const { launcher, pid, finished } = await launched(onTestFinished, 1_000);
    process.kill(pid, 'SIGSTOP');
    launcher.kill('SIGKILL');
    await until('it has ended', () => !isAlive(pid), 10_000);
    expect(existsSync(finished)).toBe(false);
  });

  it('finishes its work within its grace period', async ({ expect, onTestFinished }) => {
    const { launcher, pid, finished } = await launched(onTestFinished, 20_000);
    launcher.kill('SIGKILL');
    await until('it has ended', () => !isAlive(pid), 10_000);
    expect(existsSync(finished)).toBe(true);
  });
});
