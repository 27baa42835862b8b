// `npm run --silent prove -- NAME [OPTIONS]`: installs and builds what is missing, then runs a proof. Without a name it prints the usage.
import { ensureReady } from './bootstrap.mjs';
import { endWithNpm } from './started-by-npm.mjs';

endWithNpm();
await ensureReady();
const { runProof } = await import('../packages/bench/dist/prove/main.js');
process.exitCode = await runProof(process.argv.slice(2), process.env);
