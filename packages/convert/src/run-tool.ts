import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Tools } from './tools.ts';
import { bytesIn } from './work-folder.ts';

/** A program to be run, and how far it may go. */
export interface ToolRun {
  command: string;
  args: readonly string[];
  /** Where it works, and where it may write. */
  folder: string;
  timeoutMs: number;
  /** Of all files in the folder together. */
  maxBytes: number;
  /** Address space, where the system can limit it; null: as much as it likes, which programs that run JavaScript need. */
  maxMemoryBytes: number | null;
  /** Each line of its output, and of its errors. */
  onLine: (line: string, from: 'output' | 'errors') => void;
}

const watchEveryMs = 250;
/** What somebody waits for in a chat comes first: pictures are looked at meanwhile. */
const niceness = 10;
/** Lines longer than this are cut, and after so many nobody reads on. */
const longestLine = 4_096;
const mostLines = 50_000;

/**
 * Runs a program without a shell, in a process group of its own, which is killed when it takes too long, writes too much, or is not wanted
 * any more. Resolves to how it ended. Rejects with `conversion-failed` if it takes too long, `file-too-large` if it writes too much,
 * `converter-missing` if it cannot be started, and `aborted`.
 */
export async function runTool(run: ToolRun, tools: Tools, signal: AbortSignal): Promise<number> {
  throwIfAborted(signal);
  const [command = run.command, ...args] = [...limits(run, tools), run.command, ...run.args];
  const child = spawn(command, args, {
    cwd: run.folder,
    env: { PATH: tools.path, HOME: run.folder, TMPDIR: run.folder, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  });
  yieldToOthers(child);
  let ended: AppError | null = null;
  const end = (error: AppError): void => {
    ended ??= error;
    killGroup(child);
    // Whoever has left the group holds the pipes, and would keep us waiting.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const onAbort = (): void => end(new AppError('aborted', 'stopped before it was done', { cause: signal.reason }));
  signal.addEventListener('abort', onAbort, { once: true });
  const clock = setTimeout(() => end(new AppError('conversion-failed', 'it took too long')), run.timeoutMs);
  const watch = setInterval(() => {
    bytesIn(run.folder).then(
      (bytes) => bytes > run.maxBytes && end(tooLarge()),
      () => undefined,
    );
  }, watchEveryMs);
  readLines(child, run.onLine);
  try {
    const status = await closed(child);
    if (ended) throw ended;
    if (status === 128 + constants.signals.SIGXFSZ) throw tooLarge();
    if (status === 128 + constants.signals.SIGXCPU) throw new AppError('conversion-failed', 'it took too much computing time');
    return status;
  } finally {
    clearTimeout(clock);
    clearInterval(watch);
    signal.removeEventListener('abort', onAbort);
    // What it started may have survived it.
    killGroup(child);
  }
}

const tooLarge = (): AppError => new AppError('file-too-large', 'the file becomes larger than is converted');

/** Programs of util-linux that run another one with limits: they become it, and keep its process id. */
function limits({ timeoutMs, maxBytes, maxMemoryBytes }: ToolRun, { prlimit, setpriv }: Tools): string[] {
  const memory = maxMemoryBytes === null ? [] : [`--as=${maxMemoryBytes}`];
  const seconds = Math.ceil(timeoutMs / 1_000) * 16;
  return [
    ...(setpriv === null ? [] : [setpriv, '--pdeathsig', 'KILL', '--no-new-privs']),
    ...(prlimit === null ? [] : [prlimit, `--fsize=${maxBytes}`, ...memory, `--cpu=${seconds}`, '--core=0', '--']),
  ];
}

function closed(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new AppError('converter-missing', 'the program that converts cannot be started', { cause })));
    child.once('close', (code, killedBy) => resolve(code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy])));
  });
}

function yieldToOthers({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended already, or the system does not let us.
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** Reads on to the end, and keeps no more of a line than is given: a tag of a file is a line, as long as the file's maker likes. */
function readLines({ stdout, stderr }: ChildProcess, onLine: ToolRun['onLine']): void {
  let lines = 0;
  const read = (from: 'output' | 'errors', stream: Readable | null): void => {
    let line = '';
    const give = (): void => {
      lines += 1;
      if (lines <= mostLines) onLine(line, from);
    };
    const take = (chunk: string): void => {
      const [first = '', ...others] = chunk.split(/\r\n|[\n\r]/);
      line = (line + first).slice(0, longestLine);
      for (const other of others) {
        give();
        line = other.slice(0, longestLine);
      }
    };
    stream
      ?.setEncoding('utf8')
      .on('data', take)
      .on('end', () => line !== '' && give());
  };
  read('output', stdout);
  read('errors', stderr);
}
