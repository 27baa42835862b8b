import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { ConfigOf, EnvShape } from '@watchpost/shared/config/parse-env';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Health } from '@watchpost/shared/process/health';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { CallObserver } from '@watchpost/shared/observability/observe-calls';
import type { Tracer } from '@watchpost/shared/observability/tracing';
import type { FastifyInstance } from 'fastify';
import type { BackgroundDatabase } from '../database.ts';
import type { Publishing } from '../feeds/publishing.ts';
import type { Known } from '../known.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { Ranks } from '../order/ranks.ts';
import type { Watching } from '../watching.ts';

/** What ingest gives a platform. */
export interface IntakeDeps {
  sender: JobSender;
  ingestMetrics: IngestMetrics;
  ranks: Pick<Ranks, 'queue'>;
  cameras: Pick<Cameras, 'nameOf'>;
  known: Known;
  watching: Watching;
  publishing: Publishing;
  /** For what one process at a time does. */
  database: Pick<BackgroundDatabase, 'isConfigured' | 'opened'>;
  /** What seals messages in jobs: the first one seals, all open. */
  messageKeys: readonly [string, ...string[]];
  /** For metrics of the platform's own. */
  metrics: Metrics;
  /** Default: nothing is traced. */
  tracer?: Tracer;
  /** Watches the calls of its API. Default: nobody does. */
  observe?: CallObserver;
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
  /** Optional ones, unless everybody must configure the platform. */
  env: S;
  /** Faults of several variables together, such as some that are set while others are missing; see parseEnv. */
  faults: (config: ConfigOf<S>) => string[];
  /** The token that we use the platform with; null: this installation does not use it. */
  tokenOf: (config: ConfigOf<S>) => string | null;
  /**
   * Null: as `tokenOf`. `done` resolves when its background work has
   * ended, after `stopping` has aborted.
   */
  start: (config: ConfigOf<S>, deps: IntakeDeps, stopping: AbortSignal) => (Intake & { done: Promise<void> }) | null;
}
