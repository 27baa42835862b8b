import type { JobAges, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Metrics } from '@watchpost/shared/observability/metrics';

/** What ingest counts. Labels have few values, none of them from outside. */
export interface IngestMetrics {
  /** One request with an event, and its outcome. */
  request(outcome: string, elapsedMs: number): void;
  /** One click, dialog or command, and its outcome. */
  interaction(outcome: string, elapsedMs: number): void;
  /** One file of a message, and its outcome. */
  file(outcome: string): void;
  /** One message that rules may have to look at, and its outcome. */
  message(outcome: string): void;
  /** One event of a channel that a feed publishes, or of what feeds show of people, and its outcome. */
  entry(outcome: string): void;
}

/** `ages`: the same queue; null where nobody looks for its oldest jobs. */
export function createIngestMetrics(metrics: Metrics, sender: Pick<JobSender, 'counts'>, ages: JobAges | null = null): IngestMetrics {
  const requests = metrics.histogram('ingest_request_seconds', 'Time from the headers of a request to its response', ['outcome']);
  const interactions = metrics.histogram('ingest_interaction_seconds', 'Time from a click or command to its response', ['outcome']);
  const files = metrics.counter('ingest_files_total', 'Files of messages in the read channels', ['outcome']);
  const messages = metrics.counter('ingest_messages_total', 'Messages while rules exist, by what became of them', ['outcome']);
  const entries = metrics.counter('ingest_entries_total', 'Events of channels that feeds publish, by what became of them', ['outcome']);
  // What alerts ask for is there from the start: Prometheus sees no growth in a series that begins with what it counts.
  for (const outcome of ['queue-unavailable', 'rate-limited', 'request-unauthorised']) requests.zero({ outcome });
  files.inc({ outcome: 'queued' }, 0);
  observeQueue(metrics, sender, ages);
  return {
    request: (outcome, elapsedMs) => requests.observe({ outcome }, elapsedMs / 1_000),
    interaction: (outcome, elapsedMs) => interactions.observe({ outcome }, elapsedMs / 1_000),
    file: (outcome) => files.inc({ outcome }),
    message: (outcome) => messages.inc({ outcome }),
    entry: (outcome) => entries.inc({ outcome }),
  };
}

/** Reads the state of the queue for each scrape; leaves it out if the queue does not answer. */
function observeQueue(metrics: Metrics, sender: Pick<JobSender, 'counts'>, ages: JobAges | null): void {
  const jobs = metrics.gauge('queue_jobs', 'Jobs in the queue', ['kind', 'state']);
  const oldest = metrics.gauge('queue_oldest_seconds', 'Since the job was queued that has been longest in this state', ['kind', 'state']);
  const up = metrics.gauge('queue_up', '1 while the queue answers');
  metrics.onScrape(async () => {
    try {
      const [counts, aged] = await Promise.all([sender.counts(), ages?.oldest() ?? []]);
      jobs.reset();
      oldest.reset();
      for (const { kind, state, count } of counts) jobs.set({ kind, state }, count);
      for (const { kind, state, atMs } of aged) oldest.set({ kind, state }, Math.max(0, Date.now() - atMs) / 1_000);
      up.set(1);
    } catch {
      jobs.reset();
      oldest.reset();
      up.set(0);
    }
  });
}
