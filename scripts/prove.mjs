// `npm run --silent prove -- NAME [OPTIONS]`: installs and builds what is missing, then runs a proof. Without a name it prints the usage.
import path from 'node:path';
import { ensureReady, root, runTool } from './bootstrap.mjs';
import { endWithNpm } from './started-by-npm.mjs';

endWithNpm();
await ensureReady();
const [name, ...options] = process.argv.slice(2);
if (name === 'tests') {
  // As scripts/test.mjs.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  process.exitCode = await runTool(path.join(root, 'node_modules', '.bin', 'vitest'), ['run', '--project=prove', ...options]);
} else {
  const { runProof } = await import('../packages/bench/dist/prove/main.js');
  process.exitCode = await runProof(process.argv.slice(2), process.env);
}
