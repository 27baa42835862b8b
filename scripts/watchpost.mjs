/** `npm run --silent watchpost -- COMMAND`: builds what is not built, then runs the command line in this process. */
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
await import('../apps/standalone/dist/watchpost.js');
