import { parentPort, workerData } from 'node:worker_threads';
import { pick, type Picking } from './pick.ts';

/** What the thread answers. */
export type PickReply = { kind: 'picked'; items: ReturnType<typeof pick> } | { kind: 'failed'; message: string };

/** Picks once, and ends. */
function reply(): PickReply {
  try {
    const picking: Picking = workerData;
    return { kind: 'picked', items: pick(picking) };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origins
parentPort?.postMessage(reply());
