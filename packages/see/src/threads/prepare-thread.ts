import { parentPort, workerData } from 'node:worker_threads';
import { createLogger } from '@watchpost/shared/observability/logger';
import { prepare } from '../models/prepare.ts';

// Translating takes a second of pure computing, and the first mean face some more: none of it for the event loop.
const port = parentPort;
if (!port) throw new Error('this runs as a worker thread only');
const plan = await prepare(workerData.config, createLogger(workerData.name, workerData.level));
port.postMessage(plan);
