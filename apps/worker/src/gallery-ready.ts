import { AppError } from '@watchpost/shared/errors';
import type { Gallery } from '@watchpost/gallery/gallery';

const retryAfterMs = 5_000;

/** Throws `gallery-not-ready` while the gallery is loading, so that the job waits and nobody is reported as unknown. */
export function requireReady(gallery: Gallery): void {
  if (!gallery.isReady()) throw new AppError('gallery-not-ready', 'the gallery is still loading', { retryAfterMs });
}
