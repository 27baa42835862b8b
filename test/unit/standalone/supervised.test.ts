import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '@watchpost/bench/servers/server';
import { type Supervised, supervise, type SupervisedOptions } from '@watchpost/standalone/processes/supervised';
import { describe, expect, it, type TestContext } from 'vitest';
import { until } from '../../support/until.ts';

const liveness = { everyMs: 400, misses: 3, killAfterMs: 300 };

/** Supervises a process that serves its health, and runs `body` too. It writes its process id when it listens. */
async function run({ onTestFinished }: TestContext, body: string, more: Partial<SupervisedOptions> = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-supervised-'));
  const port = await freePort();
  const file = path.join(folder, 'main.mjs');
  writeFileSync(
    file,
    `import { createServer } from 'node:http';
    const state = { live: 200, ready: 200, body: '{}', delayMs: 0 };
    createServer((request, response) => {
      const code = request.url === '/health/live' ? state.live : state.ready;
      setTimeout(() => response.writeHead(code).end(state.body), state.delayMs);
    }).listen(${String(port)}, '127.0.0.1', () => console.log('pid ' + process.pid));
    ${body}`,
  );
  const said: string[] = [];
  const pids: number[] = [];
  const supervised: Supervised = supervise({
    name: 'worker',
    file,
    env: {},
    graceMs: 0,
    health: { host: '127.0.0.1', port },
    onLine: (_name, line) => {
      if (line.startsWith('pid ')) pids.push(Number(line.slice(4)));
    },
    say: (text) => void said.push(text),
    onGivenUp: () => undefined,
    liveness,
    ...more,
  });
  onTestFinished(async () => {
    await supervised.stop();
    rmSync(folder, { recursive: true });
  });
  return { supervised, said, pids };
}

describe.concurrent('a supervised process', { timeout: 30_000 }, () => {
  it('that is frozen is ended and started again', async (context) => {
    const { supervised, said, pids } = await run(context, '');
    expect(await supervised.ready).toBe(true);
    // It has to have answered once.
    await new Promise((resolve) => setTimeout(resolve, 3 * liveness.everyMs));
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    await until('another one runs', () => pids.length === 2, 20_000);
    expect(said).toEqual(expect.arrayContaining(['worker does not answer: ending it', expect.stringContaining('starting it again')]));
  });

  it('whose event loop hangs is ended and started again, also before it was ready', async (context) => {
    const { supervised, pids } = await run(context, 'state.ready = 503; setTimeout(() => { for (;;); }, 1_500);');
    await expect(supervised.ready).rejects.toMatchObject({ code: 'process-failed' });
    expect(pids).toHaveLength(1);
  });

  it('that says it is stuck is ended and started again', async (context) => {
    const { supervised, said, pids } = await run(
      context,
      "setTimeout(() => { state.live = 503; }, 1_000); process.on('SIGTERM', () => process.exit());",
    );
    expect(await supervised.ready).toBe(true);
    await until('another one runs', () => pids.length === 2, 20_000);
    expect(said).toContain('worker says that it is stuck: ending it');
  });

  it('that only answers late is left alone', async (context) => {
    const { supervised, said, pids } = await run(context, `setTimeout(() => { state.delayMs = ${String(liveness.everyMs / 2)}; }, 500);`);
    expect(await supervised.ready).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 12 * liveness.everyMs));
    expect(said).toEqual([]);
    expect(pids).toHaveLength(1);
  });

  it('that is not ready is said to wait for what it waits for, in the words that it gives', async (context) => {
    const body = JSON.stringify({
      waitingFor: ['models', 'slack'],
      reasons: { slack: 'the bot token is not valid: check SLACK_API_TOKEN' },
    });
    const { supervised, said } = await run(context, `state.ready = 503; state.body = ${JSON.stringify(body)};`);
    await until('it is said', () => said.length > 0, 20_000);
    expect(said[0]).toMatch(/^worker is not ready yet \(\d+ s\): the bot token is not valid: check SLACK_API_TOKEN; it waits for models$/);
    await supervised.stop();
    expect(await supervised.ready).toBe(false);
  });

  it('that ends before it is ready says why in its own words, without what else it logged', async (context) => {
    const info = JSON.stringify({ level: 30, time: 0, msg: 'opening' });
    const { supervised } = await run(
      context,
      `console.log('${info}'); console.error('watchpost worker cannot start:\\nPORT is odd'); process.exit(1);`,
    );
    await expect(supervised.ready).rejects.toThrow('worker did not start:\nwatchpost worker cannot start:\nPORT is odd');
    await expect(supervised.ready).rejects.not.toThrow('opening');
  });
});
