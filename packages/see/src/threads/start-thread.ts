import { Worker } from 'node:worker_threads';
import type { PreparedVision } from '../models/vision.ts';
import type { ThreadData, ThreadReply, ThreadRequest } from './messages.ts';
import { createNativeLock, takeForGood } from './native-lock.ts';
import type { PoolThread } from './pool.ts';

/** Starts an inference thread. It is ended between two inferences. */
export function startThread(prepared: PreparedVision): PoolThread<ThreadRequest, ThreadReply> {
  const lock = createNativeLock();
  const data: ThreadData = { prepared, lock };
  const worker = new Worker(new URL('./inference-thread.js', import.meta.url), { workerData: data });
  let gone = false;
  const replies: ((reply: ThreadReply) => void)[] = [];
  const exits: ((error: Error | undefined) => void)[] = [];
  let failure: Error | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (reply: ThreadReply) => {
      if (reply.kind === 'ready') resolve();
      else for (const listener of replies) listener(reply);
    });
    worker.on('error', (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
      reject(failure);
    });
    worker.on('exit', (code) => {
      gone = true;
      reject(new Error(`the thread exited with code ${code} before it was ready`));
      for (const listener of exits) listener(failure ?? new Error(`exit code ${code}`));
    });
  });
  return {
    ready,
    // A copy is transferred, so the caller keeps its bytes.
    send: (request) => {
      const copy = Uint8Array.from(request.bytes);
      worker.postMessage({ ...request, bytes: copy } satisfies ThreadRequest, [copy.buffer]);
    },
    onReply: (listener) => replies.push(listener),
    onExit: (listener) => exits.push(listener),
    end: async () => {
      await takeForGood(lock, () => gone);
      await worker.terminate();
    },
  };
}
