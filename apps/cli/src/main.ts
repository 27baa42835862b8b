import '@watchpost/see/no-telemetry';
import { runCommand } from './run-command.ts';

// The image `cli` runs this; its environment names the database.
process.exitCode = await runCommand(process.argv.slice(2), { env: process.env });
