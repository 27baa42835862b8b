import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { defaultGallerySettings, galleryEnv, gallerySettings } from '@watchpost/gallery/config';
import type { DecisionSettings } from '@watchpost/gallery/decide/decide';
import { seeEnv } from '@watchpost/see/config';
import { readCalibration } from '@watchpost/see/models/embedding-model';

/** How a worker with this environment decides: with its risk, and the calibration of its embedding model. Rejects with `embedding-model-invalid`. */
export async function decisionSettings(env: Env): Promise<DecisionSettings> {
  const { EMBEDDING_MODEL: model, ...config } = parseEnv(env, { ...galleryEnv, EMBEDDING_MODEL: seeEnv.EMBEDDING_MODEL });
  const calibration = model === undefined ? null : await readCalibration(model);
  return gallerySettings(config, calibration).decision ?? defaultGallerySettings.decision;
}
