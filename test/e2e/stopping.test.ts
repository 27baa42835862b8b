import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '@watchpost/bench/servers/server';
import { originOf } from '@watchpost/standalone/processes/ask-health';
import { ensureFree } from '@watchpost/standalone/processes/ports';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { commandOf, descendants, isAlive, processesThatName } from '../support/process-tree.ts';
import { fromRoot } from '../support/root.ts';
import { until } from '../support/until.ts';

/** Not the address that is usually asked. macOS has only one IPv4 address on the loopback interface. */
const host = process.platform === 'linux' ? '127.0.0.5' : '::1';

/** Runs a command in a terminal of its own; closes the terminal, as a window does, when standard input ends. */
const terminal = `
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
while True:
    ready, _, _ = select.select([0, fd], [], [])
    if 0 in ready and not os.read(0, 100): break
    if fd in ready:
        try: os.write(1, os.read(fd, 10000))
        except OSError: break
os.close(fd)
os.waitpid(pid, 0)
`;

describe('npm start', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-stop-'));
  const demoDir = path.join(dataDir, 'demo');
  const unset = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:SLACK_|READ_SLACK|WRITE_SLACK|REDIS_|MONGO_|POSTGRES_|VITEST|NODE_|npm_)/.test(name),
    ),
  );
  let port = 0;
  beforeEach(async () => {
    port = await freePort();
  });
  afterAll(async () => rm(dataDir, { recursive: true, force: true }));

  /** Runs a command that starts everything, and resolves when database, worker and ingest run. */
  const started = async (command: string[]): Promise<{ child: ChildProcess; family: number[] }> => {
    const [program = '', ...args] = command;
    const env = { ...unset, DATA_DIR: dataDir, PORT: String(port), WORKER_PORT: '0', HOST: host };
    const child = spawn(program, args, { cwd: fromRoot('.'), env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.on('error', () => undefined);
    const family = new Set<number>();
    onTestFinished(() => {
      for (const pid of family) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    await until(
      'ingest is ready',
      () => {
        for (const pid of descendants(child.pid ?? 0)) family.add(pid);
        return (
          output.includes('ingest is ready') || (child.exitCode !== null && child.exitCode > 0 ? Promise.reject(new Error(output)) : false)
        );
      },
      90_000,
    );
    expect(existsSync(path.join(demoDir, 'embedded.json'))).toBe(true);
    if (child.pid !== undefined) family.add(child.pid);
    return { child, family: [...family] };
  };
  const find = (family: number[], command: RegExp): number => {
    const found = family.find((pid) => command.test(commandOf(pid)));
    if (found === undefined) throw new Error(`no ${String(command)} in ${family.map(commandOf).join('\n')}`);
    return found;
  };
  const npm = /^npm start/;
  const shell = /^\S*sh -c .*start\.mjs/;
  const launcher = /^\S*node\S* scripts\/start\.mjs/;
  const remaining = (family: number[]): unknown[] => [
    ...family.filter((pid) => isAlive(pid)).map(commandOf),
    ...processesThatName(dataDir),
  ];
  /** What is left after a while: processes, and what is in the data folder. Rejects if the port is still taken. */
  const left = async (family: number[]): Promise<unknown> => {
    await until('all processes have ended', () => remaining(family).length === 0, 45_000).catch(() => undefined);
    const processes = remaining(family);
    if (processes.length === 0) await ensureFree({ port, host, variable: 'PORT' });
    return { processes, files: readdirSync(demoDir) };
  };
  const nothing = { processes: [], files: ['feeds.yaml', 'postgres', 'quarantine-key'] };

  it.each([
    ['npm is terminated', npm, 'SIGTERM'],
    ['npm is killed', npm, 'SIGKILL'],
    ['the terminal of npm is said to be closed', npm, 'SIGHUP'],
    ['the shell between npm and the launcher is terminated', shell, 'SIGTERM'],
    ['the shell between npm and the launcher is killed', shell, 'SIGKILL'],
    ['the launcher is terminated', launcher, 'SIGTERM'],
  ] as const)('stops everything when %s', async (_what, whom, signal) => {
    const { family } = await started(['npm', 'start']);
    process.kill(find(family, whom), signal);
    expect(await left(family)).toEqual(nothing);
  });

  it('stops everything when its terminal closes', async () => {
    const { child, family } = await started(['python3', '-c', terminal, 'npm', 'start']);
    child.stdin?.end();
    expect(await left(family)).toEqual(nothing);
  });

  it.each([
    ['npm was left behind by its shell', 'nohup npm start'],
    ['it was started without npm, and left behind', 'node scripts/start.mjs'],
  ])('goes on when %s', async (_what, command) => {
    const { child, family } = await started(['sh', '-c', `${command} & read -r line`]);
    child.stdin?.end();
    await until('the shell has ended', () => child.exitCode !== null);
    // Three times as long as it takes to notice that somebody is gone.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await fetch(`${originOf({ host, port })}/health/live`)).status).toBe(200);
    process.kill(find(family, launcher), 'SIGTERM');
    expect(await left(family)).toEqual(nothing);
  });
});
