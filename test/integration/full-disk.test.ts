import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '@watchpost/bench/servers/server';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';
import { until } from '../support/until.ts';

const slack = { SLACK_API_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', READ_SLACK_CHANNEL_ID: 'C1', WRITE_SLACK_CHANNEL_ID: 'C2' };
/** A program in a name space with file systems of its own. */
const inOwnFiles = (args: string[]): [string, string[]] => ['unshare', ['--user', '--map-root-user', '--mount', ...args]];
/** Nobody listens there: ingest logs that again and again. */
const nowhere = { SLACK_API_URL: 'http://127.0.0.1:1/api/', POSTGRES_URL: 'postgres://127.0.0.1:1/x' };
/** A file system of its own, in memory. `sh` becomes ingest, whose root the file system is seen through. */
const script = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" "$3" >>"$1/log" 2>&1';

function fill(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(512));
  } catch {
    // No space left on device.
  }
  closeSync(descriptor);
}

describeWith(['postgres'], 'on a full disk', () => {
  it('npm start says that the disk is full, in plain words', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-full-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const fillAndStart = 'mount -t tmpfs -o size=256k none "$1" && { cat /dev/zero >"$1/ballast" 2>/dev/null; exec "$2" "$3"; }';
    const args = ['sh', '-c', fillAndStart, 'sh', folder, process.execPath, fromRoot('scripts/start.mjs')];
    const env = { PATH: process.env['PATH'], DATA_DIR: path.join(folder, 'data'), HOST: '127.0.0.1', PORT: '0', WORKER_PORT: '0' };
    const child = spawn(...inOwnFiles(args), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const said = await text(child.stderr);
    expect(said).toMatch(/^watchpost: could not start: data-dir-unusable: \S+ cannot keep the data: the disk is full\. Set DATA_DIR .*$/m);
  });

  it('a log ends nobody, and goes on when there is room again', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-log-'));
    const port = await freePort();
    const child = spawn(...inOwnFiles(['sh', '-c', script, 'sh', folder, process.execPath, fromRoot('apps/ingest/dist/main.js')]), {
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), ...slack, ...nowhere },
      stdio: 'inherit',
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    });
    const disk = path.join('/proc', String(child.pid), 'root', folder);
    const isLive = async (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${String(port)}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    const log = (): string => readFileSync(path.join(disk, 'log'), 'utf8');
    await until('it listens', async () => (await isLive()) && log().includes('listening for events'));
    fill(path.join(disk, 'ballast'));
    const full = log().length;
    // It logs several lines meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect([child.exitCode, await isLive()]).toEqual([null, true]);
    rmSync(path.join(disk, 'ballast'));
    await until('it logs again', () => log().length > full + 1_000, 30_000);
    child.kill('SIGTERM');
    await until('it has stopped', () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });
});
