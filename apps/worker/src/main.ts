import '@watchpost/see/no-telemetry';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { runProcess } from '@watchpost/shared/lifecycle';
import { loadConfig, type WorkerConfig } from './config.ts';
import { startWorker } from './start-worker.ts';

const config = configOrExit();
const log = createLogger('worker', config.LOG_LEVEL);
await runProcess({ log, graceMs: config.SHUTDOWN_GRACE_MS }, (lifecycle) => startWorker(config, log, lifecycle));

/** Reports every fault of the environment at once. */
function configOrExit(): WorkerConfig {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`watchpost worker cannot start:\n${error.message}`);
    return process.exit(1);
  }
}
