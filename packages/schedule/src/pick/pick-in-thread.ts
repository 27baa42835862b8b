import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { raceWithin, throwIfAborted } from '@watchpost/shared/wait';
import type { Fields } from '../template.ts';
import type { Picking } from './pick.ts';
import type { PickReply } from './pick-thread.ts';
import { timeOfTask } from './thread-time.ts';

type Begun = Extract<PickReply, { kind: 'begun' }>;
type PickResult = Exclude<PickReply, Begun>;

/**
 * A page of 2 MB can keep a parser busy for minutes, or fill the memory; a busy machine may take long to begin, and to go on. `pickMs` is time of
 * the processor where the system tells it of a thread, and `starvedMs` the longest that this may take. Milliseconds, megabytes.
 */
const limits = { beginMs: 60_000, pickMs: 10_000, starvedMs: 60_000 };
const mostMemoryMb = 384;

/**
 * Picks in a thread of its own, which is ended when it works for longer than ten seconds or takes too much memory. Rejects with `fetch-refused`
 * (permanent) where that happens, and where there is nothing to read: it says what is wrong in our words, and quotes nothing. Rejects with
 * `fetch-failed` (transient) where this machine is too busy to begin, or to let it work for those ten seconds, within a minute.
 */
export async function pickInThread(
  picking: Picking,
  signal: AbortSignal,
  { beginMs, pickMs, starvedMs }: typeof limits = limits,
): Promise<Fields[]> {
  throwIfAborted(signal);
  const thread = new Worker(new URL('./pick-thread.js', import.meta.url), {
    workerData: picking,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  });
  const { begins, replies } = saidBy(thread);
  const end = ended(thread);
  end.catch(() => undefined);
  /** Null: not in time. */
  const inTime = async <T>(said: Promise<T>, ms: number): Promise<T | null> =>
    raceWithin(async () => Promise.race([said, end]), signal, ms).catch((error: unknown) => {
      throwIfAborted(signal);
      if (toAppError(error).code === 'aborted') return null;
      throw error;
    });
  try {
    const begun = await inTime(begins, beginMs);
    if (!begun) throw tooBusy();
    const reply = await inOwnTime(async (ms) => inTime(replies, ms), begun, { pickMs, starvedMs });
    return itemsOf(reply, picking);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof AppError && error.code !== 'aborted') throw error;
    throw tooMuch(error);
  } finally {
    // Not awaited: one that is busy collecting garbage may take long to end. Nobody waits for it, nor does the process.
    thread.unref();
    void thread.terminate().catch(() => undefined);
  }
}

/**
 * Waits for a reply until the thread has worked for `pickMs`, whatever the clock says; where the system does not tell, the clock counts. `wait`
 * resolves to null where there is none in time. Rejects with `fetch-refused`, and with `fetch-failed` after `starvedMs`.
 */
export async function inOwnTime(
  wait: (ms: number) => Promise<PickResult | null>,
  { task }: Pick<Begun, 'task'>,
  { pickMs, starvedMs }: Pick<typeof limits, 'pickMs' | 'starvedMs'>,
): Promise<PickResult> {
  const beganAtMs = performance.now();
  const beforeMs = task === null ? null : timeOfTask(task);
  let leftMs = pickMs;
  while (leftMs > 0) {
    const reply = await wait(Math.max(leftMs, shortestMs));
    if (reply) return reply;
    const nowMs = task === null ? null : timeOfTask(task);
    leftMs = beforeMs === null || nowMs === null ? 0 : pickMs - (nowMs - beforeMs);
    if (leftMs > 0 && performance.now() - beganAtMs > starvedMs) throw tooBusy();
  }
  throw tooMuch();
}

/** Between two looks at what it has used, milliseconds. */
const shortestMs = 50;

const tooBusy = (): AppError => new AppError('fetch-failed', 'this machine is too busy to read what was fetched');
const tooMuch = (cause?: unknown): AppError =>
  new AppError('fetch-refused', 'what was fetched takes too long or too much memory to read', { cause });

function saidBy(thread: Worker): { begins: Promise<Begun>; replies: Promise<PickResult> } {
  const begins = new Promise<Begun>((resolve) => {
    thread.on('message', (said: PickReply) => said.kind === 'begun' && resolve(said));
  });
  const replies = new Promise<PickResult>((resolve) => {
    thread.on('message', (said: PickReply) => said.kind !== 'begun' && resolve(said));
  });
  return { begins, replies };
}

async function ended(thread: Worker): Promise<never> {
  await once(thread, 'exit');
  // Its message came before, if there was one.
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error('the thread ended without an answer');
}

function itemsOf(reply: PickResult, { as }: Picking): Fields[] {
  if (reply.kind === 'picked') return reply.items;
  throw new AppError('fetch-refused', `what was fetched cannot be read as ${as}`, { cause: new Error(reply.message.slice(0, 200)) });
}
