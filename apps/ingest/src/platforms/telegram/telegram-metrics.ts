import type { Metrics } from '@watchpost/shared/observability/metrics';

/** What ingest counts of Telegram. Labels have few values, none of them from outside. */
export interface TelegramMetrics {
  /** One update, its kind, and what became of it. */
  update(kind: string, outcome: string): void;
  /** From an update's arrival to our answer, by status. */
  answered(status: number, elapsedMs: number): void;
  /** How long after it was written something was queued. */
  lag(ms: number): void;
  /** Clicks that Telegram was told of too late, or not at all. */
  clickUnanswered(): void;
  /** Whether this process asks Telegram for updates. */
  polling(isPolling: boolean): void;
  /** What waits at Telegram for our address. */
  pending(updates: number): void;
}

/** `polls`: false with a webhook, where nobody is to ask: then nothing is said about that. */
export function createTelegramMetrics(metrics: Metrics, { polls = true } = {}): TelegramMetrics {
  const updates = metrics.counter('ingest_telegram_updates_total', 'Updates of Telegram, by what became of them', ['kind', 'outcome']);
  const answers = metrics.histogram('ingest_telegram_ack_seconds', 'Time from the headers of an update to our answer', ['status']);
  // An alert asks for it; Prometheus sees no growth in a series that begins with what it counts.
  answers.zero({ status: '401' });
  const lags = metrics.histogram('ingest_telegram_lag_seconds', 'Time from a message on Telegram (whole seconds) to the queue', []);
  const unanswered = metrics.counter('ingest_telegram_clicks_unanswered_total', 'Clicks that Telegram took no answer to', []);
  const polling = metrics.gauge('ingest_telegram_polling', '1 while this process asks Telegram for updates', []);
  const pending = metrics.gauge('ingest_telegram_pending_updates', 'Updates that wait at Telegram for our address', []);
  if (!polls) polling.remove({});
  return {
    update: (kind, outcome) => updates.inc({ kind, outcome }),
    answered: (status, elapsedMs) => answers.observe({ status: String(status) }, elapsedMs / 1_000),
    lag: (ms) => lags.observe({}, Math.max(0, ms) / 1_000),
    clickUnanswered: () => unanswered.inc({}),
    polling: (isPolling) => polling.set({}, isPolling ? 1 : 0),
    pending: (count) => pending.set({}, count),
  };
}
