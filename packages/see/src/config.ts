import { availableParallelism } from 'node:os';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** The environment variables of face recognition. */
export const seeEnv = {
  /** What runs the models: ONNX Runtime, or TensorFlow.js as in Human. Both give the same embeddings. */
  FACE_ENGINE: z.enum(['onnx', 'human']).default('onnx'),
  /** Number of inference threads; one per core by default. */
  INFERENCE_THREADS: wholeNumber(1, 256).default(availableParallelism()),
  /** Pictures with more pixels are rejected before they are decoded. */
  MAX_PIXELS: wholeNumber(10_000, 500_000_000).default(64_000_000),
  /** How long one picture may take. Then it fails and its thread is replaced. Milliseconds. */
  SEE_TIMEOUT_MS: wholeNumber(1_000, 600_000).default(30_000),
  /** What may be remembered of fixed cameras' scenes, all together; 0: nothing. Bytes. */
  SCENE_MEMORY_BYTES: wholeNumber(0, 1_073_741_824).default(16_777_216),
  /** JSON file that describes a custom embedding model; docs/guides/adding-a-model.md. */
  EMBEDDING_MODEL: z.string().optional(),
  /** Folder for the translated models; beside the compiled code by default. */
  MODEL_CACHE_DIR: z.string().optional(),
};

/** The parsed `seeEnv`. */
export type SeeConfig = z.output<z.ZodObject<typeof seeEnv>>;

/**
 * glibc allocator settings to start every process that has inference threads with: few arenas, large blocks returned to the system
 * at once, some freed memory kept. Without them arenas fragment and a thread's memory doubles. Smaller thresholds save more memory, but each
 * inference then waits for fresh pages and takes twice as long (docs/decisions/0008). They cannot be set from inside the process, and other
 * allocators ignore them. Bytes.
 */
export const memoryEnv = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '4194304', MALLOC_TRIM_THRESHOLD_: '33554432' } as const;
