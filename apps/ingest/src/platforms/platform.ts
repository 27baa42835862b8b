import type { ConfigOf, EnvShape } from '@watchpost/shared/config/parse-env';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Health } from '@watchpost/shared/process/health';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { FastifyInstance } from 'fastify';
import type { IngestMetrics } from '../metrics.ts';

/** What ingest gives a platform. */
export interface IntakeDeps {
  sender: JobSender;
  counts: IngestMetrics;
  /** For metrics of the platform's own. */
  metrics: Metrics;
  log: Logger;
  now: () => number;
}

/** A platform's part of the HTTP server. */
export interface Intake {
  /** Registers its routes. */
  register: (app: FastifyInstance) => void;
  /** What it needs before the process is ready. */
  checks: Health['checks'];
}

/** A platform as an entry in the table. `S`: the variables that it reads. */
export interface IntakePlatform<S extends EnvShape> {
  env: S;
  /** Faults of several variables together; see parseEnv. */
  faults: (config: ConfigOf<S>) => string[];
  /** `done` resolves when its background work has ended, after `stopping` has aborted. */
  start: (config: ConfigOf<S>, deps: IntakeDeps, stopping: AbortSignal) => Intake & { done: Promise<void> };
}
