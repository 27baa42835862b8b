import { parentPort, workerData } from 'node:worker_threads';
import { createLogger } from '@watchpost/shared/observability/logger';
import { prepareVision } from '../prepare/prepare-vision.ts';

/** Prepares the vision plan away from the event loop and sends it. Started by create-face-engine.ts. */
const port = parentPort;
if (!port) throw new Error('this file must run as a worker thread');
const plan = await prepareVision(workerData.config, createLogger(workerData.name, workerData.level));
port.postMessage(plan);
