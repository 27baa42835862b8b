import { openParts, type GalleryParts } from '@watchpost/gallery/open-gallery';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { retry } from '@watchpost/shared/retry';
import { raceAbort } from '@watchpost/shared/wait';

/** The gallery's database, opened in the background: the console starts without it. */
export interface ConsoleDatabase {
  isOpen(): boolean;
  /** What is open; throws `gallery-unavailable` until it is. */
  parts(): GalleryParts;
  opened(signal: AbortSignal): Promise<GalleryParts>;
  /** Resolves when it is closed again, after the signal has aborted. */
  done: Promise<void>;
}

/** Between two attempts to open it, milliseconds. */
const backoff = { firstMs: 500, maxMs: 10_000 };

/** Opens the gallery without its vectors, and tries again while that fails. */
export function openInBackground(config: StorageConfig, log: Logger, stopping: AbortSignal): ConsoleDatabase {
  let current: GalleryParts | null = null;
  // The workers' metrics speak for the gallery; ours would be the same again.
  const metrics = createMetrics({ processMetrics: false });
  const open = async (): Promise<GalleryParts> => {
    const onRetry = (err: unknown, next: { waitMs: number }): void => log.warn({ err, ...next }, 'the database cannot be opened yet');
    const parts = await retry(
      () => openParts(config, { log, metrics, vectors: false, process: 'console' }, stopping),
      { backoff, onRetry },
      stopping,
    );
    parts.start();
    current = parts;
    return parts;
  };
  const opening = open();
  const closed = async (): Promise<void> => {
    const parts = await opening.catch(() => null);
    if (!parts) return;
    await raceAbort(new Promise<never>(() => undefined), stopping).catch(() => undefined);
    current = null;
    await parts.gallery.close();
  };
  return {
    isOpen: () => current !== null,
    parts: () => {
      if (current) return current;
      throw new AppError('gallery-unavailable', 'the database is not open yet');
    },
    opened: (signal) => raceAbort(opening, signal),
    done: closed(),
  };
}
