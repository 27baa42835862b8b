// `npm run --silent bench -- NAME [OPTIONS]`: installs and builds what is missing, then runs a bench. Without a name it prints the usage.
import { ensureReady } from './bootstrap.mjs';
import { endWithNpm } from './started-by-npm.mjs';

endWithNpm();
await ensureReady();
const { runBench } = await import('../packages/bench/dist/main.js');
process.exitCode = await runBench(process.argv.slice(2), process.env);
