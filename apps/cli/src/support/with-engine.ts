import { createLogger } from '@watchpost/shared/observability/logger';
import type { SeeConfig } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine } from '@watchpost/see/face-engine';

/** Starts the face engine, and closes it after `use`. */
export async function withEngine<T>(config: SeeConfig, use: (engine: FaceEngine) => Promise<T>, signal: AbortSignal): Promise<T> {
  const engine = await createFaceEngine(config, createLogger('cli', 'silent'), signal);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
