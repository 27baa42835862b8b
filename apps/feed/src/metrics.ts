import type { Metrics } from '@watchpost/shared/observability/metrics';

/** What this process counts. Labels have few values, none of them from outside. */
export interface FeedMetrics {
  /** One request, by the status of its answer. */
  request(status: number): void;
  /** Writes to readers: an event for each of them, or several at once. */
  sent(writes: number): void;
  /** A reader that took nothing for too long was cut off. */
  cut(): void;
  /** A reader found no place. */
  full(): void;
  /** Sets what is read for each scrape. */
  set(values: { readers: number; entries: number; lagMs: number }): void;
}

export function createFeedMetrics(metrics: Metrics): FeedMetrics {
  const requests = metrics.counter('feed_requests_total', 'Requests of readers, by the status of their answers', ['status']);
  const sent = metrics.counter('feed_sent_total', 'Writes to readers that follow a feed; one may hold several events');
  const cut = metrics.counter('feed_readers_cut_total', 'Readers cut off because they took nothing for too long');
  const full = metrics.counter('feed_readers_refused_total', 'Readers that found no place (FEED_MAX_READERS)');
  const readers = metrics.gauge('feed_readers', 'Readers that follow a feed at the moment');
  const entries = metrics.gauge('feed_entries', 'Entries in memory');
  const lag = metrics.gauge('feed_follow_lag_seconds', 'Time since the log of changes was read last');
  return {
    request: (status) => requests.inc({ status: String(status) }),
    sent: (writes) => sent.inc(writes),
    cut: () => cut.inc(),
    full: () => full.inc(),
    set: (values) => {
      readers.set(values.readers);
      entries.set(values.entries);
      lag.set(values.lagMs / 1_000);
    },
  };
}
