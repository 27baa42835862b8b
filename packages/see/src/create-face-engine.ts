import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SeeConfig } from './config.ts';
import type { FaceEngine } from './face-engine.ts';
import { readEmbeddingModel } from './models/embedding-model.ts';
import type { VisionPlan } from './models/vision.ts';
import type { ThreadReply } from './threads/messages.ts';
import { createPool } from './threads/pool.ts';
import { startThread } from './threads/start-thread.ts';

/**
 * Starts the inference threads, each with its own model sessions. Resolves when they are ready; the first start after an installation
 * translates the models. Rejects with `embedding-model-invalid`, or with `engine-failed` if the threads cannot start.
 */
export async function createFaceEngine(config: SeeConfig, log: Logger): Promise<FaceEngine> {
  const startedAt = performance.now();
  // The preparing thread reads the file too, but an error loses its code on its way between threads.
  if (config.EMBEDDING_MODEL !== undefined) await readEmbeddingModel(config.EMBEDDING_MODEL);
  const plan = await prepareOffThread(config, log);
  const pool = await createPool({
    size: config.INFERENCE_THREADS,
    start: () => startThread(plan),
    timeoutMs: config.SEE_TIMEOUT_MS,
    onLost: (reason) => log.error({ reason }, 'inference thread lost, starting another'),
  }).catch((error: unknown) => {
    throw new AppError('engine-failed', 'the face engine could not start', { cause: error });
  });
  log.info(
    { engine: config.FACE_ENGINE, threads: config.INFERENCE_THREADS, durationMs: Math.round(performance.now() - startedAt) },
    'face engine ready',
  );
  return {
    modelId: plan.embedding.id,
    see: async (bytes, signal) => {
      const reply = orThrow(await pool.run({ task: 'see', bytes }, signal));
      if (reply.kind !== 'seen') throw new AppError('internal', `unexpected reply ${reply.kind}`);
      return reply.seen;
    },
    fingerprint: async (bytes, signal) => {
      const reply = orThrow(await pool.run({ task: 'fingerprint', bytes }, signal));
      if (reply.kind !== 'fingerprint') throw new AppError('internal', `unexpected reply ${reply.kind}`);
      return reply.fingerprint;
    },
    close: () => pool.close(),
  };
}

function orThrow(reply: ThreadReply): ThreadReply {
  if (reply.kind === 'failed') throw new AppError(reply.code, reply.message);
  return reply;
}

/** Preparing takes seconds of computing the first time, so it has a thread of its own. */
async function prepareOffThread(config: SeeConfig, log: Logger): Promise<VisionPlan> {
  const worker = new Worker(new URL('./threads/prepare-thread.js', import.meta.url), {
    workerData: { config, name: 'prepare', level: log.level },
  });
  try {
    const [plan]: VisionPlan[] = await once(worker, 'message');
    if (!plan) throw new Error('the preparing thread sent no reply');
    return plan;
  } catch (error) {
    throw new AppError('engine-failed', `the models could not be prepared: ${String(error)}`, { cause: error });
  } finally {
    await worker.terminate();
  }
}
