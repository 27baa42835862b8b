import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted, within } from '@watchpost/shared/wait';
import type { Fields } from '../template.ts';
import type { Picking } from './pick.ts';
import type { PickReply } from './pick-thread.ts';

/** A page of 2 MB can keep a parser busy for minutes, or fill the memory. Milliseconds, megabytes. */
const pickTimeoutMs = 10_000;
const mostMemoryMb = 384;

/**
 * Picks in a thread of its own, which is ended when it takes longer than ten seconds or too much memory. Rejects with `fetch-refused` (permanent)
 * where that happens, and where there is nothing to read: it says what is wrong in our words, and quotes nothing.
 */
export async function pickInThread(picking: Picking, signal: AbortSignal, timeoutMs = pickTimeoutMs): Promise<Fields[]> {
  throwIfAborted(signal);
  const thread = new Worker(new URL('./pick-thread.js', import.meta.url), {
    workerData: picking,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  });
  try {
    const limit = within(signal, timeoutMs);
    const [reply] = await Promise.race([once(thread, 'message', { signal: limit }), ended(thread)]);
    return itemsOf(reply, picking);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof AppError) throw error;
    throw new AppError('fetch-refused', 'what was fetched takes too long or too much memory to read', { cause: error });
  } finally {
    // Not awaited: one that is busy collecting garbage may take long to end. Nobody waits for it, nor does the process.
    thread.unref();
    void thread.terminate().catch(() => undefined);
  }
}

async function ended(thread: Worker): Promise<[PickReply]> {
  await once(thread, 'exit');
  // Its message came before, if there was one.
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error('the thread ended without an answer');
}

function itemsOf(reply: PickReply, { as }: Picking): Fields[] {
  if (reply.kind === 'picked') return reply.items;
  throw new AppError('fetch-refused', `what was fetched cannot be read as ${as}`, { cause: new Error(reply.message.slice(0, 200)) });
}
