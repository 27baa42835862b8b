import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { runCommand } from '@watchpost/cli/run-command';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobReceiver } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { superviseDatabase, type SupervisedDatabase } from '@watchpost/standalone/processes/supervised-database';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { startIngestProcess, type IngestProcess } from '../support/ingest-process.ts';
import type { CommandRun } from '../support/run-command.ts';
import { fileShare, slackFile } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';
import { isAlive, startOf } from '../support/process-tree.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');
/** Each test makes a database and hangs or fills it: on a busy machine that takes a while. Milliseconds. */
const patienceMs = 120_000;
const watchdog = { everyMs: 300, answerMs: 1_000, writeEveryMs: 500, writeAnswerMs: 2_000, misses: 3 };

describeWith(
  ['postgres'],
  'the embedded database in trouble',
  () => {
    let home: string;
    let slack: FakeSlack;
    let ingest: IngestProcess | undefined;
    let receiver: JobReceiver | undefined;
    let database: SupervisedDatabase | undefined;
    let done: string[];
    let accepted: string[];
    let next = 1;

    beforeEach(async () => {
      home = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
      slack = await startFakeSlack();
      [done, accepted] = [[], []];
    });
    afterEach(async () => {
      await ingest?.kill();
      await receiver?.close(AbortSignal.timeout(2_000));
      await database?.stop();
      [ingest, receiver, database] = [undefined, undefined, undefined];
      await slack.close();
      rmSync(home, { recursive: true });
    });

    const startPair = async (url: string): Promise<void> => {
      ingest = await startIngestProcess({ POSTGRES_URL: url, SLACK_API_URL: slack.apiUrl });
      const snapshot = async (job: { messageId: string }): Promise<void> => void done.push(job.messageId);
      const handlers = { ...perKind(() => async () => undefined), snapshot };
      receiver = createJobReceiver({ POSTGRES_URL: url }, handlers, { concurrency: () => 1, log, stallCheckMs: 1_000 });
    };
    const post = async (): Promise<number> => {
      const ts = `1700000000.${String(next++).padStart(6, '0')}`;
      const { status } = await ingest!.post(fileShare({ ts, files: [slackFile({ id: 'F1' })] }));
      if (status === 200) accepted.push(ts);
      return status;
    };
    const postUntil = async (status: number): Promise<true> =>
      until(`ingest answers ${String(status)}`, async () => (await post()) === status, 40_000);
    const allDone = async (): Promise<void> => {
      await until('what was accepted is done', () => accepted.every((id) => done.includes(id)));
    };

    it('is stopped, and says why, where its URL cannot be written for commands because the disk is full', async () => {
      const dataDir = path.join(home, 'data');
      mkdirSync(dataDir);
      symlinkSync('/dev/full', path.join(dataDir, 'embedded.json'));
      await expect(superviseDatabase({ dataDir, log, say: () => undefined, watchdog }, never)).rejects.toMatchObject({
        code: 'data-dir-unusable',
        message: expect.stringContaining('the disk is full') as string,
      });
      // Its lock and its process are gone.
      expect(readdirSync(dataDir)).toEqual(['postgres']);
      expect(existsSync(path.join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
    });

    it('is ended and started again when all of its processes hang; ingest and worker go on', { timeout: patienceMs }, async () => {
      const said: string[] = [];
      database = await superviseDatabase({ dataDir: path.join(home, 'data'), log, say: (text) => said.push(text), watchdog }, never);
      await startPair(database.url);
      await postUntil(200);
      const pids = familyOf(Number(readFileSync(path.join(home, 'data/postgres/postmaster.pid'), 'utf8').split('\n')[0]));
      expect(pids.length).toBeGreaterThan(4);
      const starts = pids.map(startOf);
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      expect(await post()).toBe(503);
      await postUntil(200);
      await allDone();
      expect(said[0]).toBe('the embedded database does not answer: ending it');
      // On a busy machine the system reaps them a little later, or has given their ids to others.
      await until('all that hung are gone', () => pids.every((pid, index) => startOf(pid) !== starts[index]));
    });

    it('is ended and started again when it reads but writes nothing', { timeout: patienceMs }, async () => {
      const said: string[] = [];
      const settings = path.join(home, 'data/postgres/postgresql.auto.conf');
      const say = (text: string): void => {
        said.push(text);
        if (text.includes('writes nothing')) writeFileSync(settings, '');
      };
      database = await superviseDatabase({ dataDir: path.join(home, 'data'), log, say, watchdog }, never);
      const client = new Client(database.url);
      client.on('error', () => undefined);
      await client.connect();
      // Every commit waits for a server that there is not.
      await client.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
      await client.query('SELECT pg_reload_conf()');
      await until('it is started again', () => said.length === 2);
      expect(said[0]).toContain('answers but writes nothing');
      await startPair(database.url);
      await postUntil(200);
      await allDone();
    });

    it('answers no command while it hangs or is away; the command says so, and works afterwards', { timeout: patienceMs }, async () => {
      const dataDir = path.join(home, 'data');
      const patient = { ...watchdog, everyMs: 600_000, writeEveryMs: 600_000 };
      database = await superviseDatabase({ dataDir, log, say: () => undefined, watchdog: patient }, never);
      const people = async (): Promise<CommandRun> => runWithStorage('people', [], { DATA_DIR: dataDir });
      expect(await people()).toMatchObject({ code: 0 });
      const postmaster = Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
      const pids = familyOf(postmaster);
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      const before = performance.now();
      const { code, err } = await people();
      expect(code).toBe(1);
      expect(err.join('\n')).toContain('gallery-unavailable');
      expect(performance.now() - before).toBeLessThan(50_000);
      // The postmaster, which goes on first, may have buried some that had ended.
      for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGCONT');
      expect(await people()).toMatchObject({ code: 0 });
      process.kill(postmaster, 'SIGKILL');
      // Empty if the database was up again in time.
      expect((await people()).err.join('\n')).toMatch(/^(?:gallery-unavailable: .*)?$/s);
      await until('it works again', async () => (await people()).code === 0);
    });

    it(
      'refuses events on a full disk, loses nothing, goes on when there is room, and can be stopped',
      { timeout: patienceMs },
      async () => {
        const { url, child, disk, lines } = await onSmallDisk(home);
        await startPair(url);
        await postUntil(200);
        const fill = path.join(disk, 'filler');
        // dd ends with the disk.
        spawnSyncQuietly('dd', ['if=/dev/zero', `of=${fill}`, 'bs=64k']);
        await postUntil(503);
        const inFull = accepted.length;
        rmSync(fill);
        await postUntil(200);
        expect(accepted.length).toBeGreaterThan(inFull);
        await allDone();
        spawnSyncQuietly('dd', ['if=/dev/zero', `of=${fill}`, 'bs=64k']);
        await postUntil(503);
        child.kill('SIGTERM');
        await until('it has stopped', () => child.exitCode !== null);
        expect(child.exitCode).toBe(0);
        expect(lines.filter((line) => line.includes('does not answer'))).toEqual([]);
      },
    );
  },
  { own: true },
);

async function runWithStorage(name: string, args: string[], env: Record<string, string>): Promise<CommandRun> {
  const out: string[] = [];
  const err: string[] = [];
  const print = (line: string): void => void out.push(line);
  const warn = (line: string): void => void err.push(line);
  const code = await runCommand([name, ...args], { env, openStorage: storageForCommand, print, warn });
  return { code, out, err };
}

/** A process may mount file systems in a namespace of its own. */
const ownFiles = ['--user', '--map-root-user', '--mount'];

interface SmallDisk {
  url: string;
  child: ChildProcess;
  /** Its files, seen from here. */
  disk: string;
  lines: string[];
}

/** The supervised database in a process of its own, on a file system of 120 MiB in memory that goes with it. */
async function onSmallDisk(home: string): Promise<SmallDisk> {
  const source = `
    import { superviseDatabase } from '${import.meta.resolve('@watchpost/standalone/processes/supervised-database')}';
    import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
    const say = (text) => console.log(text);
    const options = { dataDir: process.argv[1], log: createLogger('database', 'silent'), say, watchdog: ${JSON.stringify(watchdog)} };
    const database = await superviseDatabase(options, new AbortController().signal);
    process.once('SIGTERM', () => database.stop().then(() => process.exit(0)));
    console.log(database.url);
    setInterval(() => undefined, 1000);`;
  // With a path that is too long for a socket, the database listens on a port, which can be reached from outside.
  const disk = path.join(home, 'x'.repeat(100));
  const script = 'mkdir -p "$1" && mount -t tmpfs -o size=120m none "$1" && exec "$2" --input-type=module -e "$3" "$1/data"';
  const args = [...ownFiles, 'sh', '-c', script, 'sh', disk, process.execPath, source];
  const [program, ...rest] = ['unshare', ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const url = await until('the database runs', () => lines.find((line) => line.startsWith('postgres://')));
  return { url, child, lines, disk: path.join('/proc', String(child.pid), 'root', disk) };
}

function spawnSyncQuietly(program: string, args: string[]): void {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
  } catch {
    // No space left on device.
  }
}

/** A server and its children. */
function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return [pid, ...children.trim().split(' ').map(Number)];
}
