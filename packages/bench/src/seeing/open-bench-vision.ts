import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import type { look } from '@watchpost/see/look';
import { openVisionHere } from '@watchpost/see/prepare/prepare-vision';

export type BenchVision = Parameters<typeof look>[0];

/** What the worker's inference threads open, on the bench's own thread and with the given engine. */
export async function openBenchVision(env: Env, engine: 'onnx' | 'human'): Promise<BenchVision> {
  return openVisionHere({ ...parseEnv(env, seeEnv), FACE_ENGINE: engine }, createLogger('bench', 'warn'));
}
