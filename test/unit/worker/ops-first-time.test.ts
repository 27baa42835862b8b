import { createIngestMetrics } from '@watchpost/ingest/metrics';
import { createTelegramMetrics } from '@watchpost/ingest/platforms/telegram/telegram-metrics';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { createAttemptMetrics } from '@watchpost/shared/jobs/bullmq-processor';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createOutcomeCounter } from '@watchpost/worker/outcome-counter';
import { createPlatformObserver } from '@watchpost/worker/observe-platform';
import { watchNothing } from '@watchpost/shared/observability/observe-calls';
import { expect, it } from 'vitest';

it('what alerts ask for is there before it has happened: a series that begins with 12 has not grown for Prometheus', async () => {
  const metrics = createMetrics({ processMetrics: false });
  createAttemptMetrics(metrics).stalled('visit');
  createIngestMetrics(metrics, { counts: async () => [] });
  createTelegramMetrics(metrics);
  createOutcomeCounter(metrics);
  createPlatformObserver(metrics, () => watchNothing)({ prefix: 'slack', chat: {}, posts: {} } as unknown as ConnectedPlatform);
  const { body } = await metrics.scrape();
  const series = [
    'watchpost_job_seconds_count{kind="snapshot",outcome="ended"} 0',
    'watchpost_job_seconds_count{kind="mail",outcome="exhausted"} 0',
    'watchpost_jobs_stalled_total{kind="snapshot"} 0',
    'watchpost_jobs_stalled_total{kind="visit"} 1',
    'watchpost_ingest_request_seconds_count{outcome="queue-unavailable"} 0',
    'watchpost_ingest_request_seconds_count{outcome="rate-limited"} 0',
    'watchpost_ingest_request_seconds_count{outcome="request-unauthorised"} 0',
    'watchpost_ingest_telegram_ack_seconds_count{status="401"} 0',
    'watchpost_posts_total{platform="slack",kind="edit",outcome="chat-unavailable"} 0',
    'watchpost_ingest_files_total{outcome="queued"} 0',
    'watchpost_snapshots_skipped_total 0',
  ];
  for (const each of series) expect(body.split('\n')).toContain(each);
});
