// `npm run --silent bench -- NAME [--json] [--data DIR]`: installs and builds what is not there yet, then measures.
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
const { runBench } = await import('../packages/bench/dist/main.js');
process.exitCode = await runBench(process.argv.slice(2), process.env);
