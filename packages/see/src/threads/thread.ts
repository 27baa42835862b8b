import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@watchpost/shared/errors';
import { collectGarbage } from './collect-garbage.ts';
import { decodeCells } from '../picture/decode.ts';
import { frameSignature } from '../picture/frame-signature.ts';
import { look, type Eyes } from '../look.ts';
import { openEyes } from '../models/open-eyes.ts';
import type { EyesPlan, ThreadReply, ThreadRequest } from './messages.ts';

/** An inference thread: opens its own sessions, then answers one picture after the other. Started by threads/start-thread.ts. */
const port = parentPort;
if (!port) throw new Error('this runs as a worker thread only');

const plan: EyesPlan = workerData;
const eyes = await openEyes(plan);

async function answer(eyes: Eyes, { task, bytes }: ThreadRequest): Promise<ThreadReply> {
  try {
    if (task === 'see') return { kind: 'seen', seen: await look(eyes, bytes) };
    return { kind: 'signature', signature: frameSignature(await decodeCells(bytes, eyes.limits)) };
  } catch (error) {
    const { code, message } = toAppError(error);
    return { kind: 'failed', code, message };
  }
}

port.on('message', (request: ThreadRequest) => {
  void answer(eyes, request).then((reply) => {
    port.postMessage(reply);
    collectGarbage();
  });
});
port.postMessage({ kind: 'ready' } satisfies ThreadReply);
