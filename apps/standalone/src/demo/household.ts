import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../processes/guarded.ts';
import { household } from './cast.ts';
import { openContactSheet } from './contact-sheet.ts';
import { drawSnapshot } from './snapshot.ts';

export interface IntroduceOptions {
  /** Names the gallery's database. */
  env: NodeJS.ProcessEnv;
  say: (text: string) => void;
}

const commandLine = fileURLToPath(new URL('../watchpost.js', import.meta.url));
/** Pictures of each person. */
const pictures = 2;

/**
 * Makes the household known, as its owner would: enrolls people from pictures, and ignores whom nobody needs to hear about. Rejects with
 * nothing: without them everybody is a stranger at first, and the demonstration goes on.
 */
export async function introduce({ env, say }: IntroduceOptions, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-household-'));
  try {
    const sheet = await openContactSheet();
    for (const { name, member } of household) {
      await mkdir(path.join(folder, name));
      for (let index = 0; index < pictures; index += 1) {
        const picture = await drawSnapshot(sheet, { camera: 'Front door', people: [member] }, new Date(), Math.random);
        await writeFile(path.join(folder, name, `${String(index)}.jpg`), picture);
      }
    }
    await watchpost(['enroll', '--folder', folder], env, folder, signal);
    for (const { name, ignored } of household) if (ignored) await watchpost(['ignore', name], env, folder, signal);
    say(`known already: ${household.map(({ name, ignored }) => (ignored ? `${name} (not reported)` : name)).join(', ')}`);
  } catch (error) {
    if (!signal.aborted) say(`nobody could be enrolled before: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs one command. Rejects with what it wrote if it fails. */
async function watchpost(args: readonly string[], env: NodeJS.ProcessEnv, folder: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = spawnGuarded([process.execPath, commandLine, ...args], { env, removeWhenOrphaned: folder });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (written = (written + chunk.toString()).slice(-2_000)));
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const [code]: unknown[] = await once(child, 'exit');
  signal.removeEventListener('abort', stop);
  if (code !== 0) throw new Error(written.trim().split('\n').at(-1) ?? 'the command failed');
}
