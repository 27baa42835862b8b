import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createLogger } from '@watchpost/shared/observability/logger';
import { type PostgresServer, startPostgres } from '@watchpost/standalone/processes/postgres/postgres-server';
import { superviseDatabase } from '@watchpost/standalone/processes/supervised-database';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const silent = createLogger('database', 'silent');
const isRoot = process.getuid?.() === 0;

describeWith(
  ['postgres'],
  'the embedded PostgreSQL',
  () => {
    const templates = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
    const template = path.join(templates, 'data');
    let home: string;
    let dataDir: string;
    const servers: PostgresServer[] = [];
    const children: ChildProcess[] = [];

    beforeEach(() => {
      home = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
      dataDir = path.join(home, 'data');
    });
    afterEach(async () => {
      await Promise.all(servers.splice(0).map(async (server) => server.stop()));
      for (const child of children.splice(0)) child.kill('SIGKILL');
      rmSync(home, { recursive: true });
    });

    afterAll(() => rmSync(templates, { recursive: true }));

    const start = async (folder = dataDir, log = silent): Promise<PostgresServer> => {
      const server = await startPostgres({ dataDir: folder, log }, never);
      servers.push(server);
      return server;
    };
    /** The same in a folder that has been made already: making one takes several times as long. */
    const startMade = async (log = silent): Promise<PostgresServer> => {
      if (!existsSync(template)) await (await startPostgres({ dataDir: template, log: silent }, never)).stop();
      // Who owns what matters.
      execFileSync('cp', ['-a', template, dataDir]);
      return start(dataDir, log);
    };
    const stop = async (server: PostgresServer): Promise<void> => {
      servers.splice(servers.indexOf(server), 1);
      await server.stop();
    };
    /** A process that runs a script, with `startPostgres` at hand. Resolves with the first line that it prints, or when it ends. */
    const launcher = async (script: string, wrapper: string[] = []): Promise<{ child: ChildProcess; line: Promise<string> }> => {
      const source = `
        import { startPostgres } from '${import.meta.resolve('@watchpost/standalone/processes/postgres/postgres-server')}';
        import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
        const start = () => startPostgres({ dataDir: process.argv[1], log: createLogger('database', 'silent') }, new AbortController().signal);
        ${script}`;
      const [program, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', source, dataDir];
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return { child, line: new Promise((resolve) => createInterface(child.stdout).once('line', resolve)) };
    };

    /** Changes the process id in the files by which PostgreSQL knows that a folder and a socket are in use. */
    const renumber = (pid: string): void => {
      for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
        const file = path.join(dataDir, 'postgres', name);
        writeFileSync(file, readFileSync(file, 'utf8').replace(/^ *\d+/, pid));
      }
    };

    it('is made at the first start, with a password only its user can read, and leaves nothing else behind', async () => {
      const first = await start();
      expect(await rows(first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await rows(first, 'CREATE TABLE kept AS SELECT 2 AS two');
      const file = path.join(dataDir, 'postgres', 'watchpost-password');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(first.url).toContain(`:${readFileSync(file, 'utf8')}@`);
      await stop(first);
      expect(first.process().exitCode).toBe(0);
      expect(readdirSync(dataDir)).toEqual(['postgres']);
      expect(readdirSync(path.dirname(file)).filter((name) => /^\.s|pid$/.test(name))).toEqual([]);

      const second = await start();
      expect(second.url).toBe(first.url);
      expect(await rows(second, 'SELECT two FROM kept')).toEqual([{ two: 2 }]);
    });

    it('is durable, sorts by bytes, speaks UTF-8 and lets nobody in without a password', async () => {
      const server = await startMade();
      const settings = ['server_encoding', 'fsync', 'synchronous_commit', 'full_page_writes', 'jit', 'search_path'];
      const values = await rows(server, 'SELECT name, setting FROM pg_settings WHERE name = ANY($1) ORDER BY name', [settings]);
      expect(values.map(({ name, setting }) => `${String(name)}=${String(setting)}`)).toEqual([
        'fsync=on',
        'full_page_writes=on',
        'jit=off',
        'search_path="$user", public',
        'server_encoding=UTF8',
        'synchronous_commit=on',
      ]);
      expect(await rows(server, 'SELECT datcollate FROM pg_database WHERE datname = current_database()')).toEqual([{ datcollate: 'C' }]);
      expect(await rows(server, 'SELECT DISTINCT auth_method FROM pg_hba_file_rules')).toEqual([{ auth_method: 'scram-sha-256' }]);
      const guess = new URL(server.url);
      guess.password = 'guess';
      await expect(new Client(guess.href).connect()).rejects.toMatchObject({ code: '28P01' });
    });

    it('listens on a socket in its folder, and on the loopback interface where the path is too long for one', async () => {
      const near = await start();
      expect(new URL(near.url).searchParams.get('host')).toBe(path.join(dataDir, 'postgres'));
      expect(await rows(near, 'SELECT inet_server_addr() AS address')).toEqual([{ address: null }]);
      const folder = path.join(home, `ü %20 ${'x'.repeat(90)}`);
      const far = await start(folder);
      expect(far.url).toMatch(/@127\.0\.0\.1:\d+\/watchpost\?sslmode=disable/);
      expect(await rows(far, 'SELECT host(inet_server_addr()) AS address')).toEqual([{ address: '127.0.0.1' }]);
      // 103 bytes are the longest path that fits.
      const longest = path.join(home, 'y'.repeat(103 - Buffer.byteLength(path.join(home, '/postgres/.s.PGSQL.5432')) - 1));
      expect((await start(longest)).url).toContain('?host=');
      expect((await start(`${longest}y`)).url).not.toContain('?host=');
    });

    it('has a folder to itself', async () => {
      await startMade();
      await expect(start()).rejects.toMatchObject({ code: 'data-dir-in-use' });
    });

    it('starts after a crash although its process id now belongs to another process', async () => {
      const server = await startMade();
      await rows(server, 'CREATE TABLE kept AS SELECT 3 AS three');
      server.process().kill('SIGKILL');
      await server.ended();
      const other = spawn('sleep', ['60'], { stdio: 'ignore' });
      children.push(other);
      renumber(String(other.pid));
      await server.start(never);
      expect(await rows(server, 'SELECT three FROM kept')).toEqual([{ three: 3 }]);
    });

    it('leaves alone a server that uses its folder from elsewhere, such as another container', async () => {
      const { child, line } = await launcher('console.log((await start()).url);', isRoot ? ['unshare', '--ipc'] : []);
      const url = await line;
      // It does not notice that its lock is removed.
      child.kill('SIGSTOP');
      // Over there processes have other numbers.
      renumber('4194303');
      rmSync(path.join(dataDir, 'lock.json'));
      await expect(startPostgres({ dataDir, log: silent, patienceMs: 3_000 }, never)).rejects.toMatchObject({ code: 'data-dir-in-use' });
      expect(await rows({ url }, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('starts over if making its folder was interrupted', async () => {
      const { child } = await launcher('await start();');
      await until('the folder is being made', () => statSync(path.join(dataDir, 'postgres.new', 'cluster'), { throwIfNoEntry: false }));
      child.kill('SIGKILL');
      await until('it has ended', () => child.signalCode !== null);
      expect(readdirSync(dataDir)).not.toContain('postgres');
      expect(await rows(await start(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(readdirSync(dataDir).filter((name) => !name.startsWith('.lock-'))).toEqual(['lock.json', 'postgres']);
    });

    it.each([
      ['of another version', '16'],
      ['without its password', '17'],
    ])('does not touch a folder %s', async (_which, version) => {
      const folder = path.join(dataDir, 'postgres');
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'PG_VERSION'), `${version}\n`);
      const failure: unknown = await start().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'embedded-database-failed', message: expect.stringContaining(folder) as string });
      expect(readdirSync(dataDir)).toEqual(['postgres']);
      expect(readdirSync(folder)).toEqual(['PG_VERSION']);
    });

    it('says why it does not start', async () => {
      await stop(await startMade());
      const file = path.join(dataDir, 'postgres', 'postgresql.conf');
      writeFileSync(file, `${readFileSync(file, 'utf8')}\nwork_mem = plenty\n`);
      await expect(start()).rejects.toMatchObject({ code: 'embedded-database-failed', message: /work_mem/ });
    });

    it('is started again at its URL when it is killed, and what was committed is there', async () => {
      const said: string[] = [];
      const database = await superviseDatabase({ dataDir, log: silent, say: (text) => said.push(text) }, never);
      await rows(database, 'CREATE TABLE kept (v int)');
      for (const v of [1, 2]) {
        await rows(database, 'INSERT INTO kept VALUES ($1)', [v]);
        process.kill(Number(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
        const count = async (): Promise<unknown> => (await rows(database, 'SELECT count(*)::int AS n FROM kept'))[0]?.n;
        expect(await until('it answers again', async () => count().catch(() => undefined))).toBe(v);
      }
      expect(said).toHaveLength(2);
      expect(JSON.parse(readFileSync(path.join(dataDir, 'embedded.json'), 'utf8'))).toMatchObject({ url: database.url });
      await database.stop();
      expect(readdirSync(dataDir)).toEqual(['postgres']);
    });

    it.runIf(process.platform === 'linux')('ends although one of its processes hangs, and starts again', async () => {
      const server = await startMade();
      const found = await rows(server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
      const pid = Number(found[0]?.['pid']);
      process.kill(pid, 'SIGSTOP');
      onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')));
      server.process().kill('SIGKILL');
      await server.ended();
      await until('what hung is gone', () => !isAlive(pid));
      await server.start(never);
      expect(await rows(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('takes another port where another start takes the same one', async () => {
      const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
      onTestFinished(() => random.mockRestore());
      const folders = ['x', 'y'].map((letter) => path.join(home, letter.repeat(100)));
      const both = await Promise.all(folders.map(async (folder) => start(folder)));
      expect(new Set(both.map(({ url }) => new URL(url).port)).size).toBe(2);
    });

    it('is reached although the environment asks for TLS', async () => {
      vi.stubEnv('PGSSLMODE', 'require');
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      expect(await rows(await startMade(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('survives the death of a connection', async () => {
      const server = await startMade();
      const client = new Client(server.url);
      client.on('error', () => undefined);
      await client.connect();
      const { rows: found } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      process.kill(found[0]!.pid, 'SIGKILL');
      await until('it answers again', async () => rows(server, 'SELECT 1').catch(() => undefined));
      expect(server.process().exitCode).toBeNull();
    });

    it('ends when its launcher is killed, and can be started again at once', async () => {
      const { child, line } = await launcher(
        'const server = await start(); console.log(server.process().pid); setInterval(() => 0, 1000);',
      );
      const pid = Number(await line);
      child.kill('SIGKILL');
      await until('the launcher has ended', () => child.signalCode !== null);
      expect(await rows(await start(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(isAlive(pid)).toBe(false);
    });

    it('logs neither statements nor values', async () => {
      const lines: string[] = [];
      const server = await startMade(createLogger('database', 'trace', { write: (text) => void lines.push(text) }));
      await rows(server, "CREATE TABLE names AS SELECT 'Ada'::text AS name; ALTER TABLE names ADD UNIQUE (name)");
      await expect(rows(server, 'INSERT INTO names VALUES ($1)', ['Ada'])).rejects.toMatchObject({ code: '23505' });
      await until('the error is logged', () => lines.some((text) => text.includes('duplicate key')));
      expect(lines.some((text) => text.includes('ready to accept connections'))).toBe(true);
      expect(lines.filter((text) => /Ada|INSERT/.test(text))).toEqual([]);
    });
  },
  { own: true },
);

async function rows({ url }: { url: string }, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  // A server that is in trouble may break the connection at any time; the query rejects then.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values.length > 0 ? values : undefined)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // What has ended and was not waited for yet is still in the list.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
}
