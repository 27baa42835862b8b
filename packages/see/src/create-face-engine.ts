import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';
import type { SeeConfig } from './config.ts';
import type { EngineLoad, FaceEngine } from './face-engine.ts';
import type { PreparedVision } from './models/vision.ts';
import { createSceneMemory } from './scene/scene-memory.ts';
import type { PrepareReply, ThreadReply } from './threads/messages.ts';
import { createNativeLock, takeForGood } from './threads/native-lock.ts';
import { createPool } from './threads/pool.ts';
import { startThread } from './threads/start-thread.ts';

/**
 * Starts the inference threads, each with its own model sessions. Resolves when they are ready; the first start after an installation
 * translates the models. Rejects with `embedding-model-invalid`, with `engine-failed` if the threads cannot start, or with `aborted`.
 */
export async function createFaceEngine(
  config: SeeConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<FaceEngine & { load: () => EngineLoad }> {
  const startedAtMs = performance.now();
  const prepared = await prepareOffThread(config, log, signal);
  const options = {
    size: config.INFERENCE_THREADS,
    start: () => startThread(prepared),
    timeoutMs: config.SEE_TIMEOUT_MS,
    onLost: (reason: string) => log.error({ reason }, 'inference thread lost, starting another'),
  };
  const pool = await createPool(options, signal).catch((error: unknown) => {
    throwIfAborted(signal);
    throw new AppError('engine-failed', 'the face engine could not start', { cause: error });
  });
  log.info(
    { engine: config.FACE_ENGINE, threads: config.INFERENCE_THREADS, durationMs: Math.round(performance.now() - startedAtMs) },
    'face engine ready',
  );
  const scenes = createSceneMemory(config.SCENE_MEMORY_BYTES);
  return {
    modelId: prepared.embedding.id,
    see: async (bytes, caller, origin) => {
      const remembered = config.SCENE_MEMORY_BYTES > 0 ? origin : undefined;
      const frame = remembered && { takenAtMs: remembered.takenAtMs, scene: scenes.recall(remembered.camera) };
      const reply = orThrow(await pool.run({ task: 'see', bytes, frame }, caller));
      if (reply.kind !== 'seen') throw new AppError('internal', `unexpected reply ${reply.kind}`);
      if (remembered && reply.scene) scenes.keep(remembered.camera, reply.scene);
      return reply.seen;
    },
    fingerprint: async (bytes, caller) => {
      const reply = orThrow(await pool.run({ task: 'fingerprint', bytes }, caller));
      if (reply.kind !== 'fingerprint') throw new AppError('internal', `unexpected reply ${reply.kind}`);
      return reply.fingerprint;
    },
    load: () => pool.load(),
    close: () => pool.close(),
  };
}

function orThrow(reply: ThreadReply): ThreadReply {
  if (reply.kind === 'failed') throw new AppError(reply.code, reply.message);
  return reply;
}

/** Preparing takes seconds of computing the first time, so it has a thread of its own. */
async function prepareOffThread(config: SeeConfig, log: Logger, signal: AbortSignal): Promise<PreparedVision> {
  throwIfAborted(signal);
  const lock = createNativeLock();
  const worker = new Worker(new URL('./threads/prepare-thread.js', import.meta.url), {
    workerData: { config, name: 'prepare', level: log.level, lock },
  });
  let gone = false;
  worker.once('exit', () => (gone = true));
  try {
    const [reply]: PrepareReply[] = await raceAbort(once(worker, 'message'), signal);
    if (reply?.kind === 'prepared') return reply.vision;
    throw new AppError(reply?.code ?? 'internal', reply?.message ?? 'no reply');
  } catch (error) {
    if (error instanceof AppError && (error.code === 'embedding-model-invalid' || error.code === 'aborted')) throw error;
    throw new AppError('engine-failed', `the models could not be prepared: ${String(error)}`, { cause: error });
  } finally {
    await takeForGood(lock, () => gone);
    await worker.terminate();
  }
}
