import { spawn, type ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { AppError } from '@watchpost/shared/errors';
import type { Extracted, ExtractLimits, UnreadReason } from '../extract.ts';
import { answerSchema } from './answer.ts';
import { childCommand } from './child-command.ts';
import { readLines } from './read-lines.ts';
import { residentBytes } from './resident-bytes.ts';

/** Elsewhere than on Linux each look is a process of its own. */
const watchEveryMs = process.platform === 'linux' ? 50 : 500;

/** Signals of a process that ran out of memory: V8 gives up, or the kernel ends it. */
const memorySignals: ReadonlySet<string> = new Set(['SIGABRT', 'SIGILL', 'SIGKILL', 'SIGTRAP']);

/** Somebody ended it from outside: nothing is known about the file. */
const foreignSignals: ReadonlySet<string> = new Set(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM']);

export interface ChildTask {
  /** The child's program. */
  script: URL;
  bytes: Uint8Array;
  limits: ExtractLimits;
  ocr: boolean;
}

interface Course {
  extracted: Extracted;
  /** It has started. */
  isReady: boolean;
  isDone: boolean;
  hasFailed: boolean;
  /** Of the texts so far. */
  characters: number;
  /** Why we ended it. */
  killed: UnreadReason | null;
}

/** What a child said that ended on its own, or was ended, without having said `done`. */
function reasonOf(code: number | null, signal: string | null): UnreadReason {
  if (signal === 'SIGXCPU') return 'timeout';
  return code === 134 || (signal !== null && memorySignals.has(signal)) ? 'memory' : 'broken';
}

const failed = (message: string, cause?: unknown): AppError => new AppError('extraction-failed', message, { cause });

/** Takes what the child says; returns why it has to be ended, or null. */
function take(course: Course, line: string, limits: ExtractLimits): UnreadReason | null {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return 'broken';
  }
  const { data: answer } = answerSchema.safeParse(said);
  const { extracted } = course;
  if (!answer || course.isDone) return 'broken';
  if (answer.say === 'ready') course.isReady = true;
  else if (answer.say === 'format') extracted.format = answer.format;
  else if (answer.say === 'done') course.isDone = true;
  else if (answer.say === 'failed') course.hasFailed = true;
  else if (answer.say === 'unread') extracted.unread.push({ where: answer.where, reason: answer.reason });
  else {
    course.characters += answer.text.length;
    extracted.texts.push({ where: answer.where, text: answer.text });
  }
  return course.characters > limits.characters || extracted.unread.length > 1_000 ? 'too-large' : null;
}

/** Ends the child when its time or its memory is used up. Returns what stops the watch. */
function watch(child: ChildProcess, limits: ExtractLimits, kill: (reason: UnreadReason) => void): () => void {
  const clock = setTimeout(() => kill('timeout'), limits.timeoutMs);
  const look = async (): Promise<void> => {
    if (child.pid && (await residentBytes(child.pid)) > limits.memoryBytes) kill('memory');
  };
  const scale = setInterval(() => void look(), watchEveryMs);
  return () => {
    clearTimeout(clock);
    clearInterval(scale);
  };
}

/** A child with a pipe to its input, and one for its answers. What it prints is dropped: it may quote the file. */
function start({ script, bytes, limits, ocr }: ChildTask): { child: ChildProcess; answers: Readable } {
  const [command, args] = childCommand(script, bytes.byteLength, limits, ocr);
  // In a process group of its own: Ctrl+C in a terminal is for the worker, which ends its children itself.
  const child = spawn(command, args, { cwd: '/', env: {}, stdio: ['pipe', 'ignore', 'ignore', 'pipe'], detached: true });
  // Whoever waits for its end hears of it as well.
  child.on('error', () => undefined);
  // Where no pipe could be made there are none.
  const [input, , , answers] = child.pid === undefined ? [] : child.stdio;
  // It may end before it has read everything.
  input?.on('error', () => undefined);
  // Not ended: the end of its input tells a child that the worker is gone.
  input?.write(bytes);
  if (!(answers instanceof Readable)) throw failed('no process could be started to read a file');
  return { child, answers };
}

function listen(answers: Readable, course: Course, limits: ExtractLimits, kill: (reason: UnreadReason) => void): void {
  // A character takes at most six bytes of JSON.
  readLines(answers, limits.characters * 6 + 1_048_576, {
    line: (line) => {
      if (course.killed) return;
      const wrong = take(course, line, limits);
      if (wrong) kill(wrong);
    },
    tooMuch: () => kill('too-large'),
  });
}

/** What comes of a child that has ended. */
function conclude({ extracted, killed, isReady, isDone, hasFailed }: Course, code: number | null, ended: string | null): Extracted {
  if (!isReady) throw failed(`the process that reads a file did not start (exit code ${code}, signal ${ended})`);
  if (hasFailed) throw failed('a part of watchpost that reads files is missing: install it completely');
  if (!killed && !isDone && ended && foreignSignals.has(ended)) throw failed(`the process that reads a file got ${ended}`);
  const reason = killed ?? (isDone ? null : reasonOf(code, ended));
  if (reason) extracted.unread.push({ where: '', reason });
  return extracted;
}

/**
 * Has one file read by a process of its own, and ends that when a limit is reached. What was read until then counts. Rejects with
 * `extraction-failed` if the process could not be started or was ended by somebody else, and with `aborted`.
 */
export async function runChild(task: ChildTask, signal: AbortSignal): Promise<Extracted> {
  if (signal.aborted) throw new AppError('aborted', 'stopped before the file was read');
  const extracted: Extracted = { format: 'binary', texts: [], unread: [] };
  const course: Course = { extracted, isReady: false, isDone: false, hasFailed: false, characters: 0, killed: null };
  const { child, answers } = start(task);
  const kill = (reason: UnreadReason): void => {
    course.killed ??= reason;
    child.kill('SIGKILL');
  };
  const abort = (): boolean => child.kill('SIGKILL');
  signal.addEventListener('abort', abort);
  const unwatch = watch(child, task.limits, kill);
  listen(answers, course, task.limits, kill);
  try {
    const [code, ended] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', (cause) => reject(failed('no process could be started to read a file', cause)));
      child.once('close', (...end) => resolve(end));
    });
    if (signal.aborted) throw new AppError('aborted', 'stopped while a file was read');
    return conclude(course, code, ended);
  } finally {
    unwatch();
    signal.removeEventListener('abort', abort);
  }
}
