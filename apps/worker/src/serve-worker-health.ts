import type { Held } from '@watchpost/shared/jobs/job-need';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { serveHealth } from '@watchpost/shared/process/health';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import type { WorkerConfig } from './config.ts';
import { platformNames } from './platforms.ts';

/** What health asks: each answers for a part that does not exist yet, until that part replaces it. */
export interface WorkerParts {
  live: () => boolean;
  models: () => boolean;
  gallery: () => boolean;
  /** False: a newer release keeps the gallery. */
  current: () => boolean;
  held: () => readonly Pick<Held, 'need' | 'reason'>[] | null;
}

/** Serves health and metrics from the beginning; the parts report once they exist. */
export async function serveWorkerHealth(
  { config, metrics, log }: { config: WorkerConfig; metrics: Metrics; log: Logger },
  lifecycle: Lifecycle,
): Promise<WorkerParts> {
  const parts: WorkerParts = { live: () => true, models: () => false, gallery: () => false, current: () => true, held: () => null };
  const health = await serveHealth(
    {
      live: () => parts.live(),
      // The last one is named after the error.
      checks: {
        models: () => parts.models(),
        gallery: () => parts.gallery() && heldFor(parts.held(), 'gallery'),
        'database-newer': () => parts.current(),
        ...Object.fromEntries(platformNames(config).map((name) => [name, () => heldFor(parts.held(), name)])),
      },
      stopping: lifecycle.stopping,
      scrape: () => metrics.scrape(),
    },
    config.WORKER_PORT,
    'WORKER_PORT',
    config.HOST,
  );
  lifecycle.onStop('health endpoint', () => health.close());
  log.info({ port: health.port, host: config.HOST }, 'health endpoint listening');
  return parts;
}

/** True, or why jobs are held for this need; false before the first check. */
function heldFor(held: readonly Pick<Held, 'need' | 'reason'>[] | null, need: string): boolean | string {
  if (held === null) return false;
  const reasons = new Set(held.filter((each) => each.need === need).map(({ reason }) => reason));
  return reasons.size === 0 || [...reasons].join('; ');
}
