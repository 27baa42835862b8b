/** `npm start`: installs and builds if needed, then runs the launcher in this process, so that it gets the signals and sets the exit code. */
import { ensureReady } from './bootstrap.mjs';
import { npmGone } from './started-by-npm.mjs';

const gone = npmGone();
await ensureReady(gone);
const { runLauncher } = await import('../apps/standalone/dist/run-launcher.js');
await runLauncher(process.argv.slice(2), gone);
