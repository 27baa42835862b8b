import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '@watchpost/bench/servers/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromRoot } from '../support/root.ts';

/**
 * Runs as process 1 of a container does with `init: true`: it starts the main process, and every line that it reads is one check. Whenever
 * somebody asks for the time of day, it has been put forward by an hour.
 */
const init = `
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { check } from process.argv[1];
let hours = 0;
Date.now = () => (hours += 1) * 3_600_000;
`;

interface Container {
  main: number;
  ended: Promise<unknown>;
  /** Checks once; resolves to whether it was live. A live process has plenty of time to answer. */
  check: (askMs?: number) => Promise<boolean>;
}

/** A main process that serves its health, below a process that takes the place of a container's process 1. */
async function container({ graceMs = 0, live = '() => 200' } = {}): Promise<Container> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-health-'));
  const port = await freePort();
  const main = `
    const live = ${live};
    require('node:http').createServer((request, response) => response.writeHead(live()).end()).listen(${String(port)}, '127.0.0.1', () => console.log('up'));
    process.on('SIGTERM', () => process.exit(0));`;
  const options = {
    url: `http://127.0.0.1:${String(port)}/health/live`,
    file: path.join(folder, 'count'),
    misses: 3,
    graceMs,
    script: '-e',
  };
  const script = `
    ${init.replace('process.argv[1]', JSON.stringify(fromRoot('deploy/health-check.mjs')))}
    const main = spawn(process.execPath, ['-e', ${JSON.stringify(main)}], { stdio: ['ignore', 'pipe', 'inherit'] });
    main.stdout.once('data', () => console.log(JSON.stringify({ main: main.pid })));
    main.once('exit', (code, signal) => console.log(JSON.stringify({ ended: signal ?? code })));
    for await (const line of createInterface(process.stdin)) {
      console.log(JSON.stringify({ isLive: await check({ ...${JSON.stringify(options)}, askMs: Number(line), parent: process.pid }) }));
    }`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Record<string, unknown>[] = [];
  const arrived = new EventTarget();
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part) as Record<string, unknown>);
    arrived.dispatchEvent(new Event('line'));
  });
  const next = async (key: string): Promise<unknown> => {
    for (;;) {
      const index = lines.findIndex((line) => key in line);
      if (index >= 0) return lines.splice(index, 1)[0]?.[key];
      await once(arrived, 'line');
    }
  };
  const pid = Number(await next('main'));
  onTestFinished(() => {
    child.kill('SIGKILL');
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    main: pid,
    ended: next('ended'),
    check: async (askMs = 20_000) => {
      child.stdin?.write(`${String(askMs)}\n`);
      return (await next('isLive')) === true;
    },
  };
}

describe("the images' health check", () => {
  it('kills a frozen main process after three misses and one more, so that the container starts again', async () => {
    const { main, ended, check } = await container();
    expect(await check()).toBe(true);
    process.kill(main, 'SIGSTOP');
    for (let miss = 0; miss < 4; miss += 1) expect(await check(200)).toBe(false);
    expect(await ended).toBe('SIGKILL');
  });

  it('lets a process stop that says it is stuck', async () => {
    const { ended, check } = await container({ live: '() => 503' });
    for (let miss = 0; miss < 3; miss += 1) expect(await check()).toBe(false);
    expect(await ended).toBe(0);
  });

  it('counts misses in a row only', async () => {
    const { check } = await container({ live: '(() => { let count = 0; return () => (count++ % 3 === 2 ? 200 : 503); })()' });
    const answers: boolean[] = [];
    for (let asked = 0; asked < 9; asked += 1) answers.push(await check());
    expect(answers).toEqual([false, false, true, false, false, true, false, false, true]);
  });

  it('expects nothing of a process that has just started', async () => {
    const { check } = await container({ graceMs: 60_000, live: '(() => { let count = 0; return () => (count++ < 5 ? 503 : 200); })()' });
    for (let asked = 0; asked < 5; asked += 1) expect(await check()).toBe(false);
    expect(await check()).toBe(true);
  });
});
