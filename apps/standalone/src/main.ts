import { runLauncher } from './run-launcher.ts';

// The image's process. scripts/start.mjs runs the same function for `npm start`.
await runLauncher(process.argv.slice(2));
