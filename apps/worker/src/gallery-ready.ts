import { AppError, toAppError, type ErrorCode } from '@watchpost/shared/errors';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';

/** A job that waits for the gallery uses up no attempt. Milliseconds. */
const retryAfterMs = 5_000;

/** Throws `gallery-not-ready` while the gallery is loading, so that the job waits and nobody is reported as unknown. */
export function requireReady(gallery: Gallery): void {
  if (!gallery.isReady()) throw new AppError('gallery-not-ready', 'the gallery is still loading', { retryAfterMs });
}

/** The gallery as jobs need it: loaded, and its database answers. */
export function galleryNeed(gallery: Pick<Gallery, 'isReady'>, records: Pick<SnapshotRecords, 'get'>): JobNeed {
  return {
    name: 'gallery',
    explains: ({ code }) => isGalleryMissing(code),
    check: async (_kind, signal) => {
      if (!gallery.isReady()) throw new AppError('gallery-not-ready', 'the gallery is still loading');
      // No snapshot has this id.
      await records.get('-', signal);
      return 'met';
    },
    advise: ({ message }) => message,
    backoff: { firstMs: 250, maxMs: 5_000 },
  };
}

/** Failures that say nothing about the job: the gallery or its database is away. */
export function isGalleryMissing(code: ErrorCode): boolean {
  return code === 'gallery-not-ready' || code === 'gallery-unavailable' || code === 'database-newer';
}

/** Runs an attempt of a job. Where the gallery's database is away, the job waits for it, however often. */
export async function waitingForGallery(attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    const { code, message, retryAfterMs: asked } = toAppError(error);
    if (code !== 'gallery-unavailable' || asked !== undefined) throw error;
    throw new AppError(code, message, { cause: error, retryAfterMs });
  }
}
