/**
 * `npm run --silent watchpost -- COMMAND`: builds what is not built, finds the gallery where `npm start` keeps it, then runs the
 * command line in this process.
 */
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
const { storageForCommand } = await import('../apps/standalone/dist/command-storage.js');

async function main() {
  const storage = await storageForCommand(process.argv[2], process.env);
  Object.assign(process.env, storage.env);
  await import('../apps/worker/dist/cli/main.js');
  await storage.close();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error.code ?? 'internal'}: ${error.message}\n`);
  process.exitCode = 1;
}
