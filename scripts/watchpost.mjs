// `npm run --silent watchpost -- COMMAND`: installs and builds what is not there yet, then runs the command line.
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
await import('../apps/worker/dist/cli/main.js');
