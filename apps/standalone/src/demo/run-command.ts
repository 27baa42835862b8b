import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../processes/guarded.ts';

const commandLine = fileURLToPath(new URL('../watchpost.js', import.meta.url));

export interface RunCommandOptions {
  /** Names the database. */
  env: NodeJS.ProcessEnv;
  /** A folder that is removed should the launcher be killed meanwhile. */
  removeWhenOrphaned?: string;
}

/** Runs one command of `watchpost`. Rejects with the last line that it wrote if it fails. */
export async function runCommand(
  args: readonly string[],
  { env, removeWhenOrphaned }: RunCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawnGuarded([process.execPath, commandLine, ...args], {
    env,
    ...(removeWhenOrphaned !== undefined && { removeWhenOrphaned }),
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (written = (written + chunk.toString()).slice(-2_000)));
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const [code]: unknown[] = await once(child, 'exit');
  signal.removeEventListener('abort', stop);
  if (code !== 0) throw new Error(written.trim().split('\n').at(-1) ?? 'the command failed');
}
