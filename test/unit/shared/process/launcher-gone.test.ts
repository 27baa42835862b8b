import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';

const script = `
import { createLogger } from '${import.meta.resolve('@watchpost/shared/observability/logger')}';
import { runProcess } from '${import.meta.resolve('@watchpost/shared/process/run-process')}';
const log = createLogger('orphan', 'info');
await runProcess({ log, graceMs: 1_000 }, async (lifecycle) => {
  const timer = setInterval(() => undefined, 1_000);
  lifecycle.onStop('work', async () => {
    clearInterval(timer);
    for (let line = 0; line < 20; line += 1) log.warn('a line that nobody reads');
    process.exit();
  });
  process.send('up');
});`;

it('ends although nobody reads its last lines any more, when its launcher was killed', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  child.stdout?.destroy();
  child.disconnect();
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
  expect(code).toBe(0);
}, 20_000);
