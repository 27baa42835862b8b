/** `npm run --silent watchpost -- COMMAND`: installs and builds if needed, then runs the command in this process. */
import { ensureReady } from './bootstrap.mjs';
import { endWithNpm } from './started-by-npm.mjs';

endWithNpm();
await ensureReady();
await import('../apps/standalone/dist/watchpost.js');
