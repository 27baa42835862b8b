import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { lockDataDir } from '@watchpost/standalone/data-folder/data-lock';
import { embeddedPostgresUrl } from '@watchpost/standalone/data-folder/embedded-file';
import { thisProcess } from '@watchpost/standalone/data-folder/is-running';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

describe('the lock of a data folder', () => {
  let dir = '';
  const file = (): string => path.join(dir, 'lock.json');

  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-lock-'));
  });
  afterEach(async () => rm(dir, { recursive: true, force: true }));

  it('is held by one at a time, and leaves nothing behind', async () => {
    const unlock = await lockDataDir(dir, never);
    await expect(lockDataDir(dir, never)).rejects.toMatchObject({ code: 'data-dir-in-use' });
    await unlock();
    await (
      await lockDataDir(dir, never)
    )();
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['has ended', async () => ({ pid: await endedProcess(), startedAt: '1' })],
    ['had this number before another process got it', async () => ({ pid: process.pid, startedAt: '1' })],
  ])('is taken over from a process that %s', async (_title, holder) => {
    writeFileSync(file(), JSON.stringify(await holder()));
    const unlock = await lockDataDir(dir, never);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ pid: process.pid });
    await unlock();
  });

  it.each([['short'], ['long'.repeat(40)]])(
    'is not taken from a holder in another container, whose process id says nothing here (%.5s path)',
    async (name) => {
      const folder = path.join(dir, name);
      const unlock = await lockDataDir(folder, never);
      const lock = path.join(folder, 'lock.json');
      const there = { pid: await endedProcess(), startedAt: '1', pidNamespace: 'pid:[1]' };
      writeFileSync(lock, JSON.stringify({ ...JSON.parse(readFileSync(lock, 'utf8')), ...there }));
      await expect(lockDataDir(folder, never)).rejects.toMatchObject({ code: 'data-dir-in-use' });
      await unlock();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('is taken over, with its socket, from a holder in another container that has ended', async () => {
    writeFileSync(path.join(dir, '.lock-0123abcd'), '');
    writeFileSync(file(), JSON.stringify({ pid: await endedProcess(), startedAt: '1', socket: '.lock-0123abcd' }));
    await (
      await lockDataDir(dir, never)
    )();
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['a folder', 'mkdir'],
    ['a pipe that nobody writes into', 'mkfifo'],
  ])('is told to be removed where it is %s', async (_what, make) => {
    execFileSync(make, [file()]);
    await expect(lockDataDir(dir, never)).rejects.toMatchObject({
      code: 'data-dir-unusable',
      message: expect.stringContaining('remove it') as string,
    });
    expect(readdirSync(dir)).toEqual(['lock.json']);
  });

  it('is put back where somebody removed it by hand', async () => {
    const unlock = await lockDataDir(dir, never);
    rmSync(file());
    await until('it is back', () => existsSync(file()));
    await expect(lockDataDir(dir, never)).rejects.toMatchObject({ code: 'data-dir-in-use' });
    await unlock();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('goes to exactly one of many who find a dead one', async () => {
    writeFileSync(file(), JSON.stringify({ pid: await endedProcess(), startedAt: '1' }));
    const tries = await Promise.allSettled(Array.from({ length: 20 }, async () => lockDataDir(dir, new AbortController().signal)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('the file that names the running database', () => {
  it('is trusted only while the process that wrote it runs', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-lock-'));
    try {
      expect(await embeddedPostgresUrl(dir)).toBeUndefined();
      const urlOf = async (owner: object): Promise<string | undefined> => {
        writeFileSync(path.join(dir, 'embedded.json'), JSON.stringify({ url: 'postgres://u', ...owner }));
        return embeddedPostgresUrl(dir);
      };
      expect(await urlOf(await thisProcess())).toBe('postgres://u');
      expect(await urlOf({ pid: process.pid, startedAt: '1' })).toBeUndefined();
      expect(await urlOf({ pid: await endedProcess(), startedAt: '1' })).toBeUndefined();
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}
