import type { Metrics } from '@watchpost/shared/observability/metrics';

/** Slack's values of `x-slack-retry-reason`; anything else in that header is counted as `other`. */
const reasons = new Set(['http_timeout', 'too_many_redirects', 'connection_failed', 'ssl_error', 'http_error', 'unknown_error']);

/** Counts the events that Slack delivers again, by Slack's reason. */
export function createRedeliveryCounter(metrics: Metrics): (reason: string) => void {
  const redeliveries = metrics.counter('ingest_redeliveries_total', 'Events that Slack delivered again, by its reason', ['reason']);
  return (reason) => redeliveries.inc({ reason: reasons.has(reason) ? reason : 'other' });
}
