import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createLogger } from '@watchpost/shared/observability/logger';
import { lockDataDir } from '@watchpost/standalone/data-folder/data-lock';
import { startPostgres } from '@watchpost/standalone/processes/postgres/postgres-server';
import { Client } from 'pg';
import { expect, it, type TestContext } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const isRoot = process.getuid?.() === 0;
/** Processes, shared memory and network as in another container, on the same files. */
const container = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--pid', '--fork', '--kill-child', '--mount-proc', '--ipc'];

describeWith(
  ['postgres'],
  'one data folder in two containers',
  () => {
    const setUp = ({ onTestFinished }: TestContext) => {
      const home = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
      // Too long for PostgreSQL's own socket, which would give it away.
      const dataDir = path.join(home, 'x'.repeat(100));
      const holders: Holder[] = [];
      onTestFinished(async () => {
        for (const holder of holders) await holder.kill();
        rmSync(home, { recursive: true });
      });
      const hold = async (kind: 'lock' | 'database', wrapper = container): Promise<Holder> => {
        const holder = await startHolder(kind, dataDir, wrapper);
        holders.push(holder);
        return holder;
      };
      /** As in a folder that takes no sockets. */
      const forgetSocket = (): void => {
        const file = path.join(dataDir, 'lock.json');
        writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), socket: undefined }));
      };
      return { dataDir, hold, forgetSocket };
    };
    const refused = { code: 'data-dir-in-use', message: expect.stringContaining('another container') as string };

    it.concurrent('is held by the heartbeat alone, and free some seconds after its holder was killed', async (context) => {
      const { dataDir, hold, forgetSocket } = setUp(context);
      const holder = await hold('lock');
      forgetSocket();
      await expect(lockDataDir(dataDir, never)).rejects.toMatchObject(refused);
      await holder.kill();
      const before = performance.now();
      await (
        await lockDataDir(dataDir, never)
      )();
      expect(performance.now() - before).toBeLessThan(10_000);
    });

    it.concurrent('is held from here for a container in which our process id is that of another process', async (context) => {
      const { dataDir, hold, forgetSocket } = setUp(context);
      const unlock = await lockDataDir(dataDir, never);
      forgetSocket();
      const holder = await hold('lock');
      expect(holder.first).toContain(`is in use by process ${String(process.pid)}`);
      await unlock();
      expect((await hold('lock')).first).toBe('held');
    });

    it.concurrent('is free at once after its holder was killed, for the processes of its own container', async (context) => {
      const { dataDir, hold, forgetSocket } = setUp(context);
      const holder = await hold('lock', []);
      forgetSocket();
      await holder.kill();
      const before = performance.now();
      await (
        await lockDataDir(dataDir, never)
      )();
      expect(performance.now() - before).toBeLessThan(1_000);
    });

    it.concurrent('has one server at a time: a frozen holder that loses it kills its own, and no committed row is gone', async (context) => {
      const { dataDir, hold, forgetSocket } = setUp(context);
      const holder = await hold('database');
      const rows = async (url: string, statement: string): Promise<unknown[]> => {
        const client = new Client(url);
        await client.connect();
        try {
          return (await client.query<Record<string, unknown>>(statement)).rows;
        } finally {
          await client.end();
        }
      };
      await rows(holder.first, 'CREATE TABLE kept AS SELECT 1 AS one');
      forgetSocket();
      holder.freeze();
      const next = startPostgres({ dataDir, log: createLogger('database', 'silent') }, never);
      next.catch(() => undefined);
      const taken = (): boolean => readFileSync(path.join(dataDir, 'lock.json'), 'utf8').includes(`"pid":${String(process.pid)},`);
      await until('the lock is taken', () => {
        try {
          return taken();
        } catch {
          return false;
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      // The frozen process's server still runs: a commit there is no less a commit.
      await rows(holder.first, 'INSERT INTO kept VALUES (2)');
      holder.thaw();
      expect(await holder.second).toBe('lost');
      const server = await next;
      expect(await rows(server.url, 'SELECT one FROM kept ORDER BY one')).toEqual([{ one: 1 }, { one: 2 }]);
      await server.stop();
    });
  },
  { own: true },
);

interface Holder {
  /** The first line that it prints: `held`, the URL, or why it has failed. */
  first: string;
  second: Promise<string>;
  freeze: () => void;
  thaw: () => void;
  kill: () => Promise<void>;
}

async function startHolder(kind: 'lock' | 'database', dataDir: string, wrapper: readonly string[]): Promise<Holder> {
  const source = `
    import { lockDataDir } from '${import.meta.resolve('@watchpost/standalone/data-folder/data-lock')}';
    import { startPostgres } from '${import.meta.resolve('@watchpost/standalone/processes/postgres/postgres-server')}';
    import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
    const [dataDir, kind] = process.argv.slice(1);
    const signal = new AbortController().signal;
    const onLost = () => console.log('lost');
    const hold = async () => kind === 'lock'
      ? (await lockDataDir(dataDir, signal, onLost), 'held')
      : (await startPostgres({ dataDir, log: createLogger('database', 'silent'), onLost }, signal)).url;
    console.log(await hold().catch(String));
    setInterval(() => undefined, 1000);`;
  const [program, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', source, dataDir, kind];
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  const first = await nextLine();
  const pid = String(child.pid);
  // With a wrapper, its only child is the process in question.
  const inner = wrapper.length === 0 ? child.pid! : Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    first,
    second: nextLine(),
    freeze: () => void process.kill(inner, 'SIGSTOP'),
    thaw: () => void process.kill(inner, 'SIGCONT'),
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(inner, 'SIGKILL');
      await ended;
    },
  };
}
