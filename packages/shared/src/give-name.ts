import { link, rename, rm, stat } from 'node:fs/promises';

/**
 * Gives a file or a folder that is complete its name, and takes nothing else's place, as `rename` would. Rejects with `EEXIST` where something
 * has that name, and with whatever else the file system says.
 */
export async function giveName(partial: string, whole: string): Promise<void> {
  try {
    await link(partial, whole);
  } catch (error) {
    const isTaken = await stat(whole).then(
      () => true,
      () => false,
    );
    if (isTaken) throw Object.assign(new Error(`${whole} exists already`, { cause: error }), { code: 'EEXIST' });
    // Folders have no second name, and not every file system gives files one.
    await rename(partial, whole);
    return;
  }
  await rm(partial);
}
