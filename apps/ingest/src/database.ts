import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { retry } from '@watchpost/shared/retry';
import { raceAbort } from '@watchpost/shared/wait';

/** The gallery's database, which ingest does its work without. */
export interface BackgroundDatabase {
  /** False: none is configured, and none will ever be opened. */
  isConfigured: boolean;
  /** Null: it is not open yet. */
  current(): OpenedGallery | null;
  /** Waits until it is open. */
  opened(signal: AbortSignal): Promise<OpenedGallery>;
  /** Resolves when it is closed again, after the signal has aborted. */
  done: Promise<void>;
}

/** Between two attempts to open it, milliseconds. */
const backoff = { firstMs: 1_000, maxMs: 60_000 };

/** Opens it in the background, the gallery's names without its vectors, and tries again while that fails. */
export function openInBackground(config: StorageConfig, log: Logger, stopping: AbortSignal): BackgroundDatabase {
  const isConfigured = Boolean(config.MONGO_CONNECTION_STRING ?? config.POSTGRES_URL);
  let current: OpenedGallery | null = null;
  if (!isConfigured) {
    log.info('no database is configured: dialogs suggest no names, nothing is fetched after an outage, and no rule is applied');
  }
  // The workers' metrics speak for the gallery; ingest's own would be the same again.
  const metrics = createMetrics({ processMetrics: false });
  const open = async (): Promise<OpenedGallery> => {
    if (!isConfigured) return forever(stopping);
    const onRetry = (err: unknown, next: { waitMs: number }): void =>
      log.info({ err, ...next }, 'the database cannot be opened yet: dialogs suggest no names, and the rules are not known');
    const opened = await retry(
      () => openGallery(config, { log, metrics, vectors: false, process: 'ingest' }, stopping),
      { backoff, onRetry },
      stopping,
    );
    opened.start();
    current = opened;
    return opened;
  };
  const opening = open();
  const closed = async (): Promise<void> => {
    const opened = await opening.catch(() => null);
    if (!opened) return;
    await forever(stopping).catch(() => undefined);
    current = null;
    await opened.gallery.close();
  };
  return {
    isConfigured,
    current: () => current,
    opened: (signal) => raceAbort(opening, signal),
    done: closed(),
  };
}

const forever = (signal: AbortSignal): Promise<never> => raceAbort(new Promise<never>(() => undefined), signal);
