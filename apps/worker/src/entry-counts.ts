import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { Entry } from '@watchpost/feeds/entry';

/** What an event left of a message in one feed. `ignored`: the feed does not take it. `waiting`: only something about it has come so far. */
export type EntryOutcome = 'published' | 'held' | 'off-record' | 'may-not-post' | 'rule' | 'hidden' | 'deleted' | 'waiting' | 'ignored';

/** Counts what becomes of messages in feeds. */
export interface EntryCounts {
  entry(outcome: EntryOutcome): void;
  /** From what happened on the platform until followers can see it. Milliseconds. */
  published(elapsedMs: number): void;
}

const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600];

/** Counts in the process's metrics. */
export function createEntryCounts(metrics: Metrics): EntryCounts {
  const entries = metrics.counter('feed_entries_total', 'Events of messages in feeds, by what they left of the entry', ['outcome']);
  const lag = metrics.histogram('feed_publish_seconds', 'From an event on the platform to the change that readers see', [], buckets);
  return {
    entry: (outcome) => entries.inc({ outcome }),
    published: (elapsedMs) => lag.observe(Math.max(0, elapsedMs) / 1_000),
  };
}

/** What is left of an entry. Pure. */
export function outcomeOf(entry: Pick<Entry, 'deletedAtUs' | 'published' | 'versions' | 'author' | 'editorial'> | null): EntryOutcome {
  if (!entry) return 'ignored';
  if (entry.deletedAtUs !== null) return 'deleted';
  if (entry.published) return 'published';
  if (entry.author === null) return 'waiting';
  if (entry.editorial?.isHidden === true) return 'hidden';
  return entry.versions[0]?.withheld ?? 'held';
}
