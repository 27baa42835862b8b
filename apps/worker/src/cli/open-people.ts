import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import type { Gallery } from '@watchpost/shared/gallery/gallery';
import { openGallery } from '@watchpost/shared/gallery/open-gallery';
import { defaultSyncSettings } from '@watchpost/shared/gallery/sync';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';

/** Opens the gallery for a command about people: everything but the vectors, which only recognising needs. */
export async function withPeople<T>(env: Env, signal: AbortSignal, use: (gallery: Gallery) => Promise<T>): Promise<T> {
  const config = parseEnv(env, storageEnv, galleryFaults);
  const { gallery } = await openGallery(
    config,
    {
      log: createLogger('people', 'silent'),
      metrics: createMetrics({ processMetrics: false }),
      settings: { sync: { ...defaultSyncSettings, embeddings: false } },
    },
    signal,
  );
  try {
    await gallery.ready(signal);
    return await use(gallery);
  } finally {
    await gallery.close();
  }
}
