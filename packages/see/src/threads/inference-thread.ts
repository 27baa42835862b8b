import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@watchpost/shared/errors';
import { look } from '../look.ts';
import { openVision, type Vision, type PreparedVision } from '../models/vision.ts';
import { decodeCells } from '../picture/decode.ts';
import { fingerprintOf } from '../picture/fingerprint.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { ThreadReply, ThreadRequest } from './messages.ts';

/** An inference thread: opens its own model sessions, then handles one picture after the other. Started by start-thread.ts. */
const port = parentPort;
if (!port) throw new Error('this file must run as a worker thread');

const prepared: PreparedVision = workerData;
const vision = await openVision(prepared);

async function handle(vision: Vision, { task, bytes }: ThreadRequest): Promise<ThreadReply> {
  try {
    if (task === 'see') return { kind: 'seen', seen: await look(vision, bytes) };
    return { kind: 'fingerprint', fingerprint: fingerprintOf(await decodeCells(bytes, vision.limits)) };
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
