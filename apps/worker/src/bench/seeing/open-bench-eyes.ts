import type { Env } from '@watchpost/shared/config/parse-env';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { seeEnv } from '../../see/config.ts';
import type { Eyes } from '../../see/look.ts';
import { openEyes } from '../../see/open-eyes.ts';
import { prepare } from '../../see/prepare.ts';

/** The worker's eyes on the bench's own thread, with either engine. */
export async function openBenchEyes(env: Env, engine: 'onnx' | 'human'): Promise<Eyes> {
  const plan = await prepare(parseEnv(env, seeEnv), createLogger('bench', 'warn'));
  return openEyes({ ...plan, engine });
}
