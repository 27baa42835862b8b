// `npm run --silent bench -- NAME [--json] [--data DIR]`: installs and builds what is not there yet, then measures.
import { ensureReady } from './bootstrap.mjs';

await ensureReady();
const [name, ...args] = process.argv.slice(2);
// Ingest's own bench: the worker's table cannot know another app.
if (name === 'acks') process.exitCode = await runAcks(args);
else {
  const { runBench } = await import('../apps/worker/dist/bench/main.js');
  process.exitCode = await runBench(process.argv.slice(2), process.env);
  if (name === undefined || name === 'help') console.error(`  ${(await import('../apps/ingest/dist/bench/acks.js')).usage}`);
}

async function runAcks(args) {
  const { run } = await import('../apps/ingest/dist/bench/acks.js');
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  return run(args, { print: console.log, warn: console.error, signal: interrupt.signal });
}
