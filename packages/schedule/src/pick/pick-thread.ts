import { parentPort, workerData } from 'node:worker_threads';
import { ownTask } from './thread-time.ts';
import { pick, type Picking } from './pick.ts';

/** What the thread says: first that it has begun, for a busy machine may take long to start it, and as which task of the process; then what came of it. */
export type PickReply =
  | { kind: 'begun'; task: string | null }
  | { kind: 'picked'; items: ReturnType<typeof pick> }
  | { kind: 'failed'; message: string };

/** Picks once, and ends. */
function reply(): Exclude<PickReply, { kind: 'begun' }> {
  try {
    const picking: Picking = workerData;
    return { kind: 'picked', items: pick(picking) };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

/* oxlint-disable unicorn/require-post-message-target-origin -- a thread's port has no origins */
parentPort?.postMessage({ kind: 'begun', task: ownTask() } satisfies PickReply);
parentPort?.postMessage(reply());
