import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Metrics } from '@watchpost/shared/observability/metrics';

/** What ingest counts. Labels take few values, none of them from outside. */
export interface IngestMetrics {
  /** One request to the events endpoint and what became of it. */
  request(outcome: string, elapsedMs: number): void;
  /** One file of a message and what became of it. */
  file(outcome: string): void;
  /** Slack says that it delivers something again. */
  redelivery(reason: string): void;
  /** Reads the queue's state for a scrape; leaves out what the queue does not tell. */
  readQueue(): Promise<void>;
}

/** Slack's own words; whatever else stands in that header is counted as `other`. */
const redeliveryReasons = new Set(['http_timeout', 'too_many_redirects', 'connection_failed', 'ssl_error', 'http_error', 'unknown_error']);

export function createIngestMetrics(metrics: Metrics, sender: JobSender): IngestMetrics {
  const requests = metrics.histogram('ingest_request_seconds', 'Time from the first byte of an event to its answer', ['outcome']);
  const files = metrics.counter('ingest_files_total', 'Files of messages in the read channels', ['outcome']);
  const redeliveries = metrics.counter('ingest_redeliveries_total', 'Events that Slack sent again, by its reason', ['reason']);
  const jobs = metrics.gauge('queue_jobs', 'Jobs in the queue', ['kind', 'state']);
  const up = metrics.gauge('queue_up', '1 while the queue answers');
  return {
    request: (outcome, elapsedMs) => requests.observe({ outcome }, elapsedMs / 1_000),
    file: (outcome) => files.inc({ outcome }),
    redelivery: (reason) => redeliveries.inc({ reason: redeliveryReasons.has(reason) ? reason : 'other' }),
    readQueue: async () => {
      jobs.reset();
      try {
        for (const { kind, state, count } of await sender.counts()) jobs.set({ kind, state }, count);
        up.set(1);
      } catch {
        up.set(0);
      }
    },
  };
}
