import { runService } from '@watchpost/shared/process/run-process';
import { loadConfig } from './config.ts';
import { start } from './start.ts';

await runService({ name: 'console', env: process.env, loadConfig, start });
