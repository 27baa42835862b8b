import '@watchpost/see/no-telemetry';
import { runService } from '@watchpost/shared/process/run-process';
import { loadConfig } from './config.ts';
import { start } from './start.ts';

await runService({
  name: 'worker',
  env: process.env,
  loadConfig,
  start: async (config, log, lifecycle, env) => start(config, log, lifecycle, { env }),
});
