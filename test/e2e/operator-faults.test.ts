import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';

interface Ended {
  status: number | null;
  /** Standard error. */
  said: string;
  out: string;
}

/** Runs a script with these variables alone. */
async function run(script: string, env: Record<string, string>, args: string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [fromRoot(script), ...args], {
    cwd: fromRoot('.'),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ORT_DISABLE_TELEMETRY: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [said, out] = await Promise.all([text(child.stderr), text(child.stdout)]);
  return { status: await exited, said, out };
}

describe.concurrent("an operator's mistake", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-faults-'));
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const busy = createServer();
  let taken = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => void busy.listen(0, '127.0.0.1', resolve));
    const address = busy.address();
    taken = String(typeof address === 'object' ? address?.port : 0);
  });
  afterAll(() => {
    busy.close();
    rmSync(folder, { recursive: true });
  });
  const slack = { SLACK_API_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', READ_SLACK_CHANNEL_ID: 'C1', WRITE_SLACK_CHANNEL_ID: 'C2' };

  it.each([
    ['a file for a folder', { DATA_DIR: file }, 'data-dir-unusable: '],
    ['a folder name with a line break', { DATA_DIR: `${folder}/a\nb` }, 'config-invalid: DATA_DIR: has a line break'],
    ['the port of somebody else', { PORT: 'taken' }, /port-in-use: port \d+ is taken: .* set PORT to another one/],
    ['the port of somebody else for the worker', { WORKER_PORT: 'taken' }, /port-in-use: port \d+ is taken: .* set WORKER_PORT to another/],
    ['an address of another machine', { HOST: '192.0.2.7' }, 'host-unavailable: this machine has no address 192.0.2.7: set HOST'],
    ['a token in quotes', { ...slack, SLACK_API_TOKEN: '"xoxb-1"' }, 'config-invalid: SLACK_API_TOKEN: remove the quotes around the value'],
    [
      'no token beside a database',
      { SLACK_API_TOKEN: '', REDIS_URL: 'redis://127.0.0.1:1' },
      'config-invalid: SLACK_API_TOKEN or TELEGRAM_BOT_TOKEN must be set',
    ],
  ])('at npm start ends it at once, and is told in plain words: %s', async (_what, env, sentence) => {
    const set = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value === 'taken' ? taken : value]));
    const { status, said, out } = await run('scripts/start.mjs', {
      DATA_DIR: folder,
      PORT: '0',
      WORKER_PORT: '0',
      HOST: '127.0.0.1',
      ...set,
    });
    expect(said).toMatch(sentence);
    expect(said.match(/^watchpost: /gm)).toHaveLength(1);
    expect(said).not.toMatch(/^\s+at |internal|starting/m);
    expect(out).toBe('');
    expect(status).toBe(1);
  });

  it.each([
    ['scripts/start.mjs', ['--fast']],
    ['scripts/start.mjs', ['now']],
    ['scripts/bench.mjs', ['inference', '--fast']],
    ['scripts/bench.mjs', ['nothing']],
    ['scripts/bench.mjs', ['enroll-race', '--rounds', 'many']],
    ['scripts/prove.mjs', ['gallery', '--fast']],
    ['scripts/prove.mjs', ['nothing']],
  ])('on a command line is told in plain words: %s %j', async (script, args) => {
    const { status, said } = await run(script, { DATA_DIR: folder }, args);
    expect(said).toContain('usage-invalid: ');
    expect(said).not.toMatch(/^\s+at |internal/m);
    expect(status).toBe(2);
  });

  it.each(['ingest', 'worker'])('is told by %s too when it is started alone', async (name) => {
    const env = { ...slack, POSTGRES_URL: 'postgres://127.0.0.1:1/x', HOST: '127.0.0.1', PORT: taken, WORKER_PORT: taken };
    const { status, said } = await run(`apps/${name}/dist/main.js`, env);
    expect(said).toMatch(new RegExp(`^watchpost ${name} cannot start:\nport-in-use: port \\d+ is taken: .*\n$`));
    expect(status).toBe(1);
  });

  it('is no cry for help: npm start explains itself', async () => {
    const { status, out } = await run('scripts/start.mjs', {}, ['--help']);
    expect(out).toContain('--demo');
    expect(status).toBe(0);
  });
});
