import { spawn } from 'node:child_process';
import { isRunning, thisProcess } from '@watchpost/standalone/data-folder/is-running';
import { expect, it } from 'vitest';

/** As on macOS. */
const noProc = '/nowhere';

it('knows itself, and no earlier process with its id, with and without /proc', async () => {
  for (const proc of ['/proc', noProc]) {
    const own = await thisProcess(proc);
    expect(own.startedAt).not.toBe('');
    expect(await isRunning(own, proc)).toBe(true);
    expect(await isRunning({ ...own, startedAt: 'Sat Nov 21 12:00:00 2020' }, proc)).toBe(false);
  }
});

it('takes no process for one of another container or of before a restart of the machine', async () => {
  const own = await thisProcess();
  expect(await isRunning({ ...own, pidNamespace: 'pid:[1]' })).toBe(false);
  expect(await isRunning({ ...own, boot: 'an earlier one' })).toBe(false);
});

it('is false for a process that has ended, without /proc too', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  for (const proc of ['/proc', noProc]) expect(await isRunning({ ...(await thisProcess(proc)), pid: child.pid! }, proc)).toBe(false);
});
