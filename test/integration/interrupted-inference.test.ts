import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { seeEnv } from '@watchpost/see/config';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { describeWith } from '../support/describe-with.ts';
import { frameWith, man, woman } from '../support/pictures.ts';
import { fromRoot } from '../support/root.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const severalTimes = [0, 31, 62, 93];
/** Far less than a picture's time limit. Milliseconds. */
const soonMs = 10_000;
let folder: string;
let pictures: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-interrupted-'));
  pictures = await Promise.all(
    [man[0]!, woman].map(async (cell, index) => {
      const file = path.join(folder, `${String(index)}.jpg`);
      await writeFile(file, await frameWith([cell]));
      return file;
    }),
  );
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Starts a command in a process of its own and sends it a signal some time after its first line. */
async function interrupt(args: string[], { signal, afterMs, env = {} }: { signal: NodeJS.Signals; afterMs: number; env?: object }) {
  const child = spawn(process.execPath, [fromRoot('apps/cli/dist/main.js'), ...args], { env: { ...process.env, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close');
  await until('it has printed a line', () => out.includes('\n') || child.exitCode !== null);
  await pause(afterMs, never);
  const sentAt = performance.now();
  child.kill(signal);
  const [code, killedBy] = await ended;
  return { code, killedBy, err, tookMs: performance.now() - sentAt };
}

describe('a command that is interrupted while it infers', () => {
  let many: string[];
  beforeEach(() => {
    many = Array.from({ length: 500 }, (_, index) => pictures[index % pictures.length]!);
  });

  it.each(severalTimes)('ends cleanly at Ctrl-C, %i ms after its first line', async (afterMs) => {
    const { code, killedBy, err, tookMs } = await interrupt(['analyze', ...many], { signal: 'SIGINT', afterMs });
    expect({ code, killedBy, err }).toEqual({ code: 130, killedBy: null, err: 'aborted: stopped before it was done\n' });
    expect(tookMs).toBeLessThan(soonMs);
  });

  it('ends cleanly at Ctrl-C while it compares', async () => {
    const { code, killedBy, err, tookMs } = await interrupt(['compare', '--json', ...many], { signal: 'SIGINT', afterMs: 31 });
    expect({ code, killedBy, err }).toEqual({ code: 130, killedBy: null, err: 'aborted: stopped before it was done\n' });
    expect(tookMs).toBeLessThan(soonMs);
  });

  it('tells SIGTERM by its exit code', async () => {
    expect(await interrupt(['analyze', ...many], { signal: 'SIGTERM', afterMs: 10 })).toMatchObject({ code: 143, killedBy: null });
  });
});

describeWith(['postgres'], 'enrolling that is interrupted while it infers', () => {
  let database: Service;
  beforeAll(async () => {
    database = await postgres();
  });
  afterAll(async () => database?.stop());

  it.each(severalTimes.slice(0, 2))('ends cleanly at Ctrl-C, %i ms after its first line', async (afterMs) => {
    const files = Array.from({ length: 500 }, (_, index) => pictures[index % pictures.length]!);
    const env = { REDIS_URL: 'redis://127.0.0.1:1', POSTGRES_URL: database.url, INFERENCE_THREADS: '2' };
    const { code, killedBy, err, tookMs } = await interrupt(['enroll', '--name', 'Ada', ...files], { signal: 'SIGINT', afterMs, env });
    expect({ code, killedBy }).toEqual({ code: 130, killedBy: null });
    expect(err).toMatch(/aborted: stopped before it was done\n$/);
    expect(tookMs).toBeLessThan(soonMs);
  });
});

describe('the priority of inference', () => {
  it('is lower than that of everything else', async () => {
    const engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 2 }, createLogger('test', 'silent'), never);
    try {
      const lowered = await loweredPriorities();
      expect(lowered).toEqual(process.platform === 'linux' ? [5, 5] : [5]);
    } finally {
      await engine.close();
    }
  });
});

/** The priorities of this process's threads that differ from the main thread's. Elsewhere than on Linux there is one for all. */
async function loweredPriorities(): Promise<number[]> {
  if (process.platform !== 'linux') return [os.getPriority()];
  const all = (await readdir('/proc/self/task')).map((thread) => os.getPriority(Number(thread)));
  return all.filter((each) => each !== os.getPriority());
}

describe('an engine that is closed while it infers', () => {
  const config = { ...parseEnv({}, seeEnv), INFERENCE_THREADS: 1 };

  it('rejects what is running, and the process lives on', async () => {
    const frame = await frameWith([man[0]!]);
    for (const afterMs of severalTimes) {
      const engine = await createFaceEngine(config, createLogger('test', 'silent'), never);
      const seeing = engine.see(frame, never).catch((error: unknown) => error);
      await pause(afterMs / 3, never);
      await engine.close();
      expect(await seeing).toMatchObject({ code: 'aborted' });
    }
  });
});
