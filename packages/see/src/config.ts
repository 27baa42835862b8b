import { availableParallelism } from 'node:os';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';

/** What seeing reads from the environment. */
export const seeEnv = {
  /** Who runs the models: ONNX Runtime, or Human on TensorFlow.js. Both give the same embeddings. */
  FACE_ENGINE: z.enum(['onnx', 'human']).default('onnx'),
  /** One inference thread a core, unless told otherwise. */
  INFERENCE_THREADS: wholeNumber(1, 256).default(availableParallelism()),
  /** Pictures with more pixels are refused before they are decoded. */
  MAX_PIXELS: wholeNumber(10_000, 500_000_000).default(64_000_000),
  /** A picture that takes longer is given up, its thread replaced. */
  SEE_TIMEOUT_MS: wholeNumber(1_000, 600_000).default(30_000),
  /** The description of another embedding model, a JSON file; docs/seeing.md. */
  EMBEDDING_MODEL: z.string().optional(),
  /** Where translated models are kept; by default beside the compiled code. */
  MODEL_CACHE_DIR: z.string().optional(),
};

/** The parsed `seeEnv`. */
export type SeeConfig = z.output<z.ZodObject<typeof seeEnv>>;
