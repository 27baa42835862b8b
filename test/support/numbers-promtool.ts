import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Where .ci/run puts it. */
const cached = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'watchpost-ci/promtool-2.42');
const candidates = [
  process.env['PROMTOOL'] ?? '',
  cached,
  ...(process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'promtool')),
];

/** Prometheus's program that checks rules; undefined: there is none on this machine. */
const promtool: string | undefined = candidates.find((file) => file !== '' && existsSync(file));

/** In CI its tests may not be skipped. */
export const skipWithoutPromtool: boolean = promtool === undefined && !process.env['CI'];

/** Runs it. Resolves with its exit code and everything that it said. */
export async function runPromtool(...args: string[]): Promise<{ code: number; said: string }> {
  if (promtool === undefined) throw new Error('promtool is missing: set PROMTOOL, or run .ci/run, which fetches it');
  try {
    const { stdout, stderr } = await promisify(execFile)(promtool, args);
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { code: 1, said: stdout + stderr };
  }
}
