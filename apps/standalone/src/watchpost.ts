import '@watchpost/see/no-telemetry';
import { runCommand } from '@watchpost/cli/run-command';
import { storageForCommand } from './command-storage.ts';

// The command line, with the gallery where `npm start` keeps it.
process.exitCode = await runCommand(process.argv.slice(2), { env: process.env, openStorage: storageForCommand });
