/** The worker, with jobs of workers that were killed found after seconds instead of a minute: for a proof that has only seconds. */
import '@watchpost/see/no-telemetry';
import { runService } from '@watchpost/shared/process/run-process';
import { loadConfig } from '@watchpost/worker/config';
import { start } from '@watchpost/worker/start';

await runService({
  name: 'worker',
  // oxlint-disable-next-line node/no-process-env -- it is a main file
  env: process.env,
  loadConfig,
  start: (config, log, lifecycle) => start(config, log, lifecycle, { lockMs: 6_000, stallCheckMs: 2_000 }),
});
