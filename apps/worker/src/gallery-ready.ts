import { newerDocuments } from '@watchpost/shared/documents/epoch';
import { AppError, toAppError, type ErrorCode } from '@watchpost/shared/errors';
import type { JobKind } from '@watchpost/shared/jobs/job-kinds';
import type { JobNeed } from '@watchpost/shared/jobs/job-need';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';

/** The gallery or its database is away: this says nothing about the work that met it. The one list of these codes. */
const missing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['gallery-not-ready', 'gallery-unavailable', 'database-newer']);

/** Whether work failed because the gallery or its database is away. */
export const isGalleryMissing = (thrown: unknown): boolean => missing.has(toAppError(thrown).code);

/** Throws `gallery-not-ready` while the gallery is loading, so that the job is held and nobody is reported as unknown. */
export function requireReady(gallery: Pick<Gallery, 'isReady'>): void {
  if (!gallery.isReady()) throw new AppError('gallery-not-ready', 'the gallery is still loading');
}

/** These need the gallery's database, but no gallery. */
const withoutGallery: ReadonlySet<JobKind> = new Set<JobKind>([
  'message',
  'file',
  'violation',
  'telling',
  'entry',
  'profile',
  'handoff',
  'conversion',
  'scheduled',
  'mail',
]);

/**
 * The gallery as jobs need it: loaded, and its database answers. Only the jobs themselves write: one at a time while the database can
 * only be read.
 */
export function galleryNeed(gallery: Pick<Gallery, 'isReady' | 'isOutdated'>, records: Pick<SnapshotRecords, 'get'>): JobNeed {
  return {
    name: 'gallery',
    explains: isGalleryMissing,
    check: async (kind, signal) => {
      if (gallery.isOutdated()) throw newerDocuments();
      if (!withoutGallery.has(kind)) requireReady(gallery);
      // No snapshot has this id.
      await records.get('-', signal);
    },
    advise: ({ message }) => message,
    backoff: { firstMs: 250, maxMs: 5_000 },
  };
}
