import { parentPort, workerData } from 'node:worker_threads';
import { pick, type Picking } from './pick.ts';

/** What the thread says: first that it has begun, for a busy machine may take long to start it, then what came of it. */
export type PickReply = 'begun' | { kind: 'picked'; items: ReturnType<typeof pick> } | { kind: 'failed'; message: string };

/** Picks once, and ends. */
function reply(): Exclude<PickReply, 'begun'> {
  try {
    const picking: Picking = workerData;
    return { kind: 'picked', items: pick(picking) };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/* oxlint-disable unicorn/require-post-message-target-origin -- a thread's port has no origins */
parentPort?.postMessage('begun' satisfies PickReply);
parentPort?.postMessage(reply());
