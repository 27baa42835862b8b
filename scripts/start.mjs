/** `npm start`: gets ready, then runs the launcher in this process, so that signals and the exit code are its own. */
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
await import('../apps/standalone/dist/main.js');
