import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '@watchpost/bench/servers/server';
import { originOf } from '@watchpost/standalone/processes/ask-health';
import { ensureFree } from '@watchpost/standalone/processes/ports';
import { afterAll, beforeEach, expect, onTestFinished } from 'vitest';
import { commandOf, descendants, isAlive, processesThatName } from './process-tree.ts';
import { fromRoot } from './root.ts';
import { until } from './until.ts';

/** Not the address that is usually asked. macOS has only one IPv4 address on the loopback interface. */
const host = process.platform === 'linux' ? '127.0.0.5' : '::1';

export const npm = /^npm start/;
export const shell = /^\S*sh -c .*start\.mjs/;
export const launcher = /^\S*node\S* scripts\/start\.mjs/;
/** What `left` of the rig says where all is as it should be. */
export const nothing = { processes: [], files: ['feeds.yaml', 'postgres', 'quarantine-key'] };

/** `npm start` with nothing set, in all the ways in which it is started and ended. Call it in a `describe`. */
export async function stoppingRig() {
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
  const isLive = async (): Promise<boolean> => (await fetch(`${originOf({ host, port })}/health/live`)).status === 200;
  return { started, find, left, isLive };
}
