import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Env } from '@watchpost/shared/config/parse-env';
import { memoryEnv, seeEnv } from '../config.ts';
import { throughputSchema, type Throughput, type ThroughputOrder } from './messages.ts';

/** Measures an engine's throughput in a process of its own, started as workers are. `files`: pictures to process in turn. Rejects if the process fails. */
export async function runThroughput(env: Env, threads: number, files: string[], forMs: number, signal: AbortSignal): Promise<Throughput> {
  const script = fileURLToPath(new URL('./throughput-process.js', import.meta.url));
  // Arguments show in the process list, so no other variables than the engine's.
  const engineEnv = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (name in seeEnv && value ? [[name, value]] : [])));
  const order: ThroughputOrder = { threads, files, forMs, env: engineEnv };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(order)], {
    env: { ...env, ...memoryEnv },
    signal,
  });
  return throughputSchema.parse(JSON.parse(stdout));
}
