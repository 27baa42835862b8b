import type { Env } from '@watchpost/shared/config/parse-env';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import type { Vision } from '@watchpost/see/look';
import { openVision } from '@watchpost/see/models/open-vision';
import { prepare } from '@watchpost/see/models/prepare';

/** The worker's eyes on the bench's own thread, with either engine. */
export async function openBenchVision(env: Env, engine: 'onnx' | 'human'): Promise<Vision> {
  const plan = await prepare(parseEnv(env, seeEnv), createLogger('bench', 'warn'));
  return openVision({ ...plan, engine });
}
