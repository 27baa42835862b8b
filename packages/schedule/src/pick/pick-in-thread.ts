import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { raceWithin, throwIfAborted } from '@watchpost/shared/wait';
import type { Fields } from '../template.ts';
import type { Picking } from './pick.ts';
import type { PickReply } from './pick-thread.ts';

type PickResult = Exclude<PickReply, 'begun'>;

/** A page of 2 MB can keep a parser busy for minutes, or fill the memory; a busy machine may take long to begin. Milliseconds, megabytes. */
const limits = { beginMs: 60_000, pickMs: 10_000 };
const mostMemoryMb = 384;

/**
 * Picks in a thread of its own, which is ended when it takes longer than ten seconds or too much memory. Rejects with `fetch-refused` (permanent)
 * where that happens, and where there is nothing to read: it says what is wrong in our words, and quotes nothing. Rejects with `fetch-failed`
 * (transient) where this machine is too busy to begin within a minute.
 */
export async function pickInThread(picking: Picking, signal: AbortSignal, { beginMs, pickMs } = limits): Promise<Fields[]> {
  throwIfAborted(signal);
  const thread = new Worker(new URL('./pick-thread.js', import.meta.url), {
    workerData: picking,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  });
  const { begins, replies } = saidBy(thread);
  const end = ended(thread);
  end.catch(() => undefined);
  const inTime = async <T>(said: Promise<T>, ms: number): Promise<T> => raceWithin(async () => Promise.race([said, end]), signal, ms);
  try {
    await inTime(begins, beginMs).catch((error: unknown) => {
      if (toAppError(error).code !== 'aborted') throw error;
      throw new AppError('fetch-failed', 'this machine is too busy to read what was fetched', { cause: error });
    });
    return itemsOf(await inTime(replies, pickMs), picking);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof AppError && error.code !== 'aborted') throw error;
    throw new AppError('fetch-refused', 'what was fetched takes too long or too much memory to read', { cause: error });
  } finally {
    // Not awaited: one that is busy collecting garbage may take long to end. Nobody waits for it, nor does the process.
    thread.unref();
    void thread.terminate().catch(() => undefined);
  }
}

function saidBy(thread: Worker): { begins: Promise<void>; replies: Promise<PickResult> } {
  const begins = new Promise<void>((resolve) => {
    thread.on('message', (said: PickReply) => said === 'begun' && resolve());
  });
  const replies = new Promise<PickResult>((resolve) => {
    thread.on('message', (said: PickReply) => said !== 'begun' && resolve(said));
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
