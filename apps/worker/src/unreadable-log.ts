import type { Logger } from '@watchpost/shared/observability/logger';

/** Milliseconds. */
const sayAgainMs = 3_600_000;

/** Says at most once an hour that what came sealed with jobs cannot be opened. */
export function unreadableLog({ log, now }: { log: Logger; now: () => number }): () => void {
  let saidMs = -Infinity;
  return () => {
    if (now() - saidMs < sayAgainMs) return;
    saidMs = now();
    log.error(
      'what messages say cannot be opened, and is read from the platform instead, which takes few questions: ingest and worker need the same MESSAGE_KEY, or the same token',
    );
  };
}
