import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { prepareVision } from '../prepare/prepare-vision.ts';
import type { PrepareReply } from './messages.ts';
import { holding } from './native-lock.ts';

/** Prepares the vision away from the event loop and sends it. Started by create-face-engine.ts. */
const port = parentPort;
if (!port) throw new Error('this file must run as a worker thread');

async function prepare(): Promise<PrepareReply> {
  const { config, name, level, lock } = workerData;
  try {
    return { kind: 'prepared', vision: await prepareVision(config, createLogger(name, level), holding(lock)) };
  } catch (error) {
    const { code, message } = toAppError(error);
    return { kind: 'failed', code, message };
  }
}

port.postMessage(await prepare());
