import { toAppError } from '@watchpost/shared/errors';
import { runProcess } from '@watchpost/shared/lifecycle';
import { createLogger } from '@watchpost/shared/observability/logger';
import { loadConfig, type IngestConfig } from './config.ts';
import { start } from './start.ts';

function readConfig(): IngestConfig | null {
  try {
    return loadConfig(process.env);
  } catch (error) {
    console.error(toAppError(error).message);
    return null;
  }
}

const config = readConfig();
if (config) {
  const log = createLogger('ingest', config.LOG_LEVEL);
  await runProcess({ log, graceMs: config.SHUTDOWN_GRACE_MS }, async (lifecycle) => {
    await start(config, log, lifecycle);
  });
} else {
  process.exitCode = 1;
}
