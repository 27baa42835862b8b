import { galleryFaults, storageEnv } from '@watchpost/shared/config/common';
import { parseEnv, type Env } from '@watchpost/shared/config/parse-env';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';

/** Opens the gallery for a command about people: without the vectors unless it asks for them. */
export async function withPeople<T>(
  env: Env,
  signal: AbortSignal,
  use: (opened: OpenedGallery) => Promise<T>,
  { vectors = false }: { vectors?: boolean } = {},
): Promise<T> {
  const config = parseEnv(env, storageEnv, galleryFaults);
  const opened = await openGallery(
    config,
    { log: createLogger('people', 'silent'), metrics: createMetrics({ processMetrics: false }), vectors },
    signal,
  );
  try {
    opened.start();
    await opened.gallery.ready(signal);
    return await use(opened);
  } finally {
    await opened.gallery.close();
  }
}
