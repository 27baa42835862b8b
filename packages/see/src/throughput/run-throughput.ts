import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Env } from '@watchpost/shared/config/parse-env';
import { z } from 'zod';
import { memoryEnv } from '../threads/memory-env.ts';

const throughputSchema = z.object({ threads: z.number(), framesPerSecond: z.number(), rssMb: z.number(), lateMs: z.number() });
export type MeasuredThroughput = z.output<typeof throughputSchema>;

/** `measureThroughput` in a process of its own, started as workers are. */
export async function runThroughput(
  env: Env,
  threads: number,
  files: string[],
  forMs: number,
  signal: AbortSignal,
): Promise<MeasuredThroughput> {
  const script = fileURLToPath(new URL('./throughput-process.js', import.meta.url));
  const order = JSON.stringify({
    threads,
    files,
    forMs,
    env: Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)),
  });
  const { stdout } = await promisify(execFile)(process.execPath, [script, order], { env: { ...env, ...memoryEnv }, signal });
  return throughputSchema.parse(JSON.parse(stdout));
}
