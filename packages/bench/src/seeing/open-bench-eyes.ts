import type { Env } from '@watchpost/shared/config/parse-env';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '@watchpost/see/config';
import type { Eyes } from '@watchpost/see/look';
import { openEyes } from '@watchpost/see/models/open-eyes';
import { prepare } from '@watchpost/see/models/prepare';

/** The worker's eyes on the bench's own thread, with either engine. */
export async function openBenchEyes(env: Env, engine: 'onnx' | 'human'): Promise<Eyes> {
  const plan = await prepare(parseEnv(env, seeEnv), createLogger('bench', 'warn'));
  return openEyes({ ...plan, engine });
}
