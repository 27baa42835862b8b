import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { addressFor } from '@watchpost/standalone/processes/postgres/address';
import { createLogger } from '@watchpost/shared/observability/logger';
import { type PostgresServer, startPostgres } from '@watchpost/standalone/processes/postgres/postgres-server';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

describeWith(['postgres'], 'a folder of the embedded PostgreSQL after a crash', () => {
  let home: string;
  let dataDir: string;
  let servers: PostgresServer[];

  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'wp-'));
    dataDir = path.join(home, 'data');
    servers = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map(async (server) => server.stop()));
    rmSync(home, { recursive: true });
  });

  const start = async (folder = dataDir): Promise<PostgresServer> => {
    const server = await startPostgres({ dataDir: folder, log: createLogger('database', 'silent') }, never);
    servers.push(server);
    return server;
  };
  const answers = async ({ url }: PostgresServer): Promise<unknown> => {
    const client = new Client(url);
    await client.connect();
    try {
      return (await client.query('SELECT 1 AS one')).rows;
    } finally {
      await client.end();
    }
  };

  it.each([
    ['an empty lock file', 'postmaster.pid', ''],
    ['garbage in its lock file', 'postmaster.pid', '\0\x01garbage'],
    ["a socket's lock file of somebody else", '.s.PGSQL.5432.lock', `${String(process.pid)}\n`],
  ])('is opened although it has %s', async (_what, file, content) => {
    await (await start()).stop();
    servers = [];
    writeFileSync(path.join(dataDir, 'postgres', file), content);
    expect(await answers(await start())).toEqual([{ one: 1 }]);
  });

  it('listens on a socket although an earlier attempt to do so left one behind', async () => {
    const folder = path.join(dataDir, 'postgres');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, '.t.PGSQL.5432'), '');
    expect((await addressFor(folder)).settings['listen_addresses']).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is opened as a copy while the original is in use', async () => {
    const copy = path.join(home, 'copy');
    const server = await start();
    server.process().kill('SIGKILL');
    await server.ended();
    cpSync(dataDir, copy, { recursive: true, filter: (file) => statSync(file).isFile() || statSync(file).isDirectory() });
    rmSync(path.join(copy, 'lock.json'));
    await server.start(never);
    expect(await answers(await start(copy))).toEqual([{ one: 1 }]);
  });

  it.runIf(process.platform === 'linux')('leaves no process behind that hung when its launcher was killed', async () => {
    const source = `
      import { startPostgres } from '${import.meta.resolve('@watchpost/standalone/processes/postgres/postgres-server')}';
      import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
      const options = { dataDir: process.argv[1], log: createLogger('database', 'silent'), removeWhenOrphaned: process.argv[1] };
      console.log((await startPostgres(options, new AbortController().signal)).process().pid);
      setInterval(() => 0, 1000);`;
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', source, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const postmaster = await new Promise<string>((resolve) => createInterface(launcher.stdout).once('line', resolve));
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
    expect(children.length).toBeGreaterThan(3);
    for (const pid of children) process.kill(Number(pid), 'SIGSTOP');
    launcher.kill('SIGKILL');
    await until('what hung is gone', () => !children.some((pid) => existsSync(`/proc/${pid}/exe`)));
    await until('its folder is gone', () => !existsSync(dataDir));
  });
});
