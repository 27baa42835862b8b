import type { StorageConfig } from '@watchpost/shared/config/common';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { retry } from '@watchpost/shared/retry';
import { raceAbort } from '@watchpost/shared/wait';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';

/** What ingest knows of the gallery. It does its work without. */
export interface Known {
  /** People for a type-ahead; none while the gallery has not been read. */
  findPeople(text: string, limit: number): { id: string; name: string }[];
  /**
   * When the newest snapshot of a channel that was posted before this time was posted, milliseconds since 1970; null: none ever was.
   * Waits until the gallery's database answers. Rejects with `gallery-unavailable`.
   */
  newest(channel: ChannelKey, beforeMs: number, signal: AbortSignal): Promise<number | null>;
}

/** Between two attempts to open the gallery, milliseconds. */
const backoff = { firstMs: 1_000, maxMs: 60_000 };

/** Opens the gallery in the background, its names without its vectors, and tries again while that fails. `done`: it is closed again. */
export function lookUpKnown(config: StorageConfig, log: Logger, stopping: AbortSignal): Known & { done: Promise<void> } {
  let gallery: OpenedGallery | null = null;
  if (!config.MONGO_CONNECTION_STRING && !config.POSTGRES_URL) {
    log.info('no database of the gallery is configured: dialogs suggest no names, and nothing is fetched after an outage');
  }
  // The workers' metrics speak for the gallery; ingest's own would be the same again.
  const metrics = createMetrics({ processMetrics: false });
  const open = async (): Promise<OpenedGallery> => {
    if (!config.MONGO_CONNECTION_STRING && !config.POSTGRES_URL) return raceAbort(new Promise<never>(() => undefined), stopping);
    const onRetry = (err: unknown, next: { waitMs: number }): void =>
      log.info({ err, ...next }, 'the gallery cannot be opened yet: dialogs suggest no names');
    const opened = await retry(() => openGallery(config, { log, metrics, vectors: false }, stopping), { backoff, onRetry }, stopping);
    opened.start();
    gallery = opened;
    return opened;
  };
  const opening = open();
  const closed = async (): Promise<void> => {
    const opened = await opening.catch(() => null);
    if (!opened) return;
    await raceAbort(new Promise<never>(() => undefined), stopping).catch(() => undefined);
    gallery = null;
    await opened.gallery.close();
  };
  return {
    findPeople: (text, limit) => (gallery?.gallery.isReady() ? gallery.questions.findPeople(text, limit) : []),
    newest: async (channel, beforeMs, signal) => {
      const { records } = await raceAbort(opening, signal);
      return records.newest(channel, beforeMs, signal);
    },
    done: closed(),
  };
}
