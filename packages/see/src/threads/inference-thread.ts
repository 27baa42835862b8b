import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@watchpost/shared/errors';
import { look, lookAtScene } from '../look.ts';
import { openVision, type Vision } from '../models/vision.ts';
import { decodeCells } from '../picture/decode.ts';
import { fingerprintOf } from '../picture/fingerprint.ts';
import { collectGarbage } from './collect-garbage.ts';
import { lowerPriority } from './lower-priority.ts';
import type { ThreadData, ThreadReply, ThreadRequest } from './messages.ts';
import { holding } from './native-lock.ts';

/** An inference thread: opens its own model sessions, then handles one picture after the other. Started by start-thread.ts. */
const port = parentPort;
if (!port) throw new Error('this file must run as a worker thread');

const { prepared, lock }: ThreadData = workerData;
const vision = await openVision(prepared, holding(lock));
// Only now: a start must not wait for a busy machine.
lowerPriority();

async function handle(vision: Vision, request: ThreadRequest): Promise<ThreadReply> {
  const { bytes } = request;
  try {
    if (request.task === 'see') {
      const { frame } = request;
      if (!frame) return { kind: 'seen', seen: await look(vision, bytes) };
      return { kind: 'seen', ...(await lookAtScene(vision, bytes, frame.takenAtMs, frame.scene)) };
    }
    const cells = await vision.uninterrupted(() => decodeCells(bytes, vision.limits));
    return { kind: 'fingerprint', fingerprint: fingerprintOf(cells) };
  } catch (error) {
    const { code, message } = toAppError(error);
    return { kind: 'failed', code, message };
  }
}

port.on('message', (request: ThreadRequest) => {
  void handle(vision, request).then((reply) => {
    port.postMessage(reply);
    collectGarbage();
  });
});
port.postMessage({ kind: 'ready' } satisfies ThreadReply);
