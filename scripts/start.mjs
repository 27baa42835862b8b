/** `npm start`: installs and builds if needed, then runs the launcher in this process, so that it gets the signals and sets the exit code. */
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
await import('../apps/standalone/dist/main.js');
