import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@watchpost/shared/errors';
import { collectGarbage } from './collect-garbage.ts';
import { decodeCells } from '../picture/decode.ts';
import { fingerprintOf } from '../picture/fingerprint.ts';
import { look, type Vision } from '../look.ts';
import { openVision } from '../models/open-vision.ts';
import type { VisionPlan, ThreadReply, ThreadRequest } from './messages.ts';

/** An inference thread: opens its own sessions, then answers one picture after the other. Started by threads/start-thread.ts. */
const port = parentPort;
if (!port) throw new Error('this runs as a worker thread only');

const plan: VisionPlan = workerData;
const vision = await openVision(plan);

async function answer(vision: Vision, { task, bytes }: ThreadRequest): Promise<ThreadReply> {
  try {
    if (task === 'see') return { kind: 'seen', seen: await look(vision, bytes) };
    return { kind: 'fingerprint', fingerprint: fingerprintOf(await decodeCells(bytes, vision.limits)) };
  } catch (error) {
    const { code, message } = toAppError(error);
    return { kind: 'failed', code, message };
  }
}

port.on('message', (request: ThreadRequest) => {
  void answer(vision, request).then((reply) => {
    port.postMessage(reply);
    collectGarbage();
  });
});
port.postMessage({ kind: 'ready' } satisfies ThreadReply);
