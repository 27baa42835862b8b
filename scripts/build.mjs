/** `npm run build`: installs and builds what is missing or outdated, as `npm start` does before it starts. */
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
