import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';
import { isGalleryMissing } from '../gallery-ready.ts';

/** How long what was seen is kept while the gallery's database is away: a failover, or a restart, is over by then. Milliseconds. */
const keepSeenMs = 120_000;
const backoff = { firstMs: 250, maxMs: 5_000 };

/** Repeats `work` while the gallery cannot be used, for two minutes: the download and the inference before it are not repeated for that. */
export async function keepTrying<T>(work: () => Promise<T>, log: Logger, signal: AbortSignal): Promise<T> {
  const untilMs = performance.now() + keepSeenMs;
  return retry(
    work,
    {
      backoff,
      retryIf: (error) => isGalleryMissing(error) && performance.now() < untilMs,
      onRetry: (error, next) => log.warn({ err: error, ...next }, 'the gallery cannot be used, trying again with the same faces'),
    },
    signal,
  );
}
