import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { household } from './cast.ts';
import { openContactSheet } from './contact-sheet.ts';
import { runCommand } from './run-command.ts';
import { drawSnapshot } from './snapshot.ts';

export interface IntroduceOptions {
  /** Names the gallery's database. */
  env: NodeJS.ProcessEnv;
  say: (text: string) => void;
}

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
    const options = { env, removeWhenOrphaned: folder };
    await runCommand(['enroll', '--folder', folder], options, signal);
    for (const { name, ignored } of household) if (ignored) await runCommand(['ignore', name], options, signal);
    say(`known already: ${household.map(({ name, ignored }) => (ignored ? `${name} (not reported)` : name)).join(', ')}`);
  } catch (error) {
    if (!signal.aborted) say(`nobody could be enrolled before: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
