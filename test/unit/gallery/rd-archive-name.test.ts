import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeArchive } from '@watchpost/gallery/archive/archive-file';
import type { ArchiveLine } from '@watchpost/gallery/archive/archive-lines';
import { expect, it } from 'vitest';

const never = new AbortController().signal;

it('a backup takes the place of no file that was made meanwhile', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'archive-name-'));
  const file = path.join(folder, 'backup.gz');
  async function* lines(meanwhile: () => Promise<void>): AsyncGenerator<ArchiveLine, { version: number; nextNumber: number }> {
    await meanwhile();
    yield { kind: 'last-seen', id: 'p1', atMs: 1, channel: 'slack:C1', camera: null };
    return { version: 1, nextNumber: 1 };
  }
  const write = (meanwhile: () => Promise<void>) => writeArchive(file, { scope: 'gallery', lines: lines(meanwhile) }, never);
  try {
    await expect(write(async () => writeFile(file, 'mine'))).rejects.toMatchObject({
      code: 'file-exists',
      message: `${file} exists already`,
    });
    expect([await readdir(folder), await readFile(file, 'utf8')]).toEqual([['backup.gz'], 'mine']);
    await rm(file);
    expect(await write(async () => undefined)).toMatchObject({ lines: { 'last-seen': 1 } });
    expect(await readdir(folder)).toEqual(['backup.gz']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
