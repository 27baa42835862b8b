import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { spawnGuarded } from '@watchpost/standalone/processes/guarded';

const never = new AbortController().signal;

/** A server that a test or a bench uses. */
export interface Server {
  /** Connection URL. That of a MongoDB or a PostgreSQL names a database of its own. */
  url: string;
  /** Stops it and removes its data. */
  stop: () => Promise<void>;
  /** `kill -9`; the data stays. */
  kill: () => Promise<void>;
  /** Starts it again with its data, at the same URL, after `kill`. */
  restart: () => Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  pause: () => void;
  /** SIGCONT. */
  resume: () => void;
}

export interface ServerOptions {
  /** Never the one that the environment names: the caller kills or stops it. */
  own?: boolean;
  /** Where its data folder is made. Default: the system's folder for temporary files. */
  within?: string;
}

interface ServerCommand {
  url: string;
  /** Program and arguments for data in this folder. */
  command: (dir: string) => string[];
  /** Resolves when the server answers. */
  probe: () => Promise<void>;
  within?: string | undefined;
}

/** Starts a server with an empty folder of its own. Both go with this process, however it ends. */
export async function startServer({ url, command, probe, within }: ServerCommand): Promise<Server> {
  const dir = await makeFolder(within);
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    let output = '';
    child = spawnGuarded(command(dir), { removeWhenOrphaned: dir });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
    child.once('error', (error) => (output += error.message));
    await untilAnswering(() => (hasEnded(child) || child.pid === undefined ? output : undefined), probe);
  };
  const kill = async (): Promise<void> => void (await endProcess(child, 'SIGKILL'));
  await start();
  return {
    url,
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
    kill,
    restart: start,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

/** A server that somebody else runs: it can be used and cleaned up, not stopped. */
export function externalServer(url: string, cleanUp: () => Promise<void> = async () => undefined): Server {
  const refuse = (): never => {
    throw new AppError('internal', 'a server given by its URL is not ours to stop: ask for one with { own: true }');
  };
  return { url, stop: cleanUp, kill: refuse, restart: refuse, pause: refuse, resume: refuse };
}

export const makeFolder = async (within = tmpdir()): Promise<string> => mkdtemp(join(within, 'watchpost-'));

export const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

/** Probes until that succeeds. Throws what `ended` says where the process ended, and after 90 s. */
export async function untilAnswering(ended: () => string | undefined, probe: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 90_000; ; await pause(20, never)) {
    const lastWords = ended();
    if (lastWords !== undefined) throw new AppError('process-failed', `a server ended instead of answering:\n${lastWords}`);
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new AppError('internal', 'there is no free port');
  return address.port;
}

/** The full path of a program, or undefined. */
export function onPath(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
