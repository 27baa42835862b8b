import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareDataDir } from '@watchpost/standalone/data-folder/data-dir';
import { afterAll, describe, expect, it } from 'vitest';

describe('the data folder', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-data-'));
  const at = (name: string): string => path.join(folder, name);
  writeFileSync(at('file'), '');
  symlinkSync('circle', at('circle'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is made with all folders above it, for its owner only', async () => {
    await prepareDataDir(at('a/b/c'));
    await prepareDataDir(at('a/b/c'));
    expect(statSync(at('a/b/c')).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['file', 'it is a file, not a folder'],
    ['file/data', 'a part of the path is a file, not a folder'],
    [`${'n'.repeat(300)}/data`, 'the name is too long'],
    ['circle/data', 'its links lead in a circle'],
  ])('is refused in a sentence if it is impossible: %.20s', async (name, why) => {
    await expect(prepareDataDir(at(name))).rejects.toMatchObject({
      code: 'data-dir-unusable',
      message: `${at(name)} cannot keep the data: ${why}. Set DATA_DIR to another folder`,
    });
  });

  it('is refused, and not tried for ever, below a folder that takes none', async () => {
    const system = existsSync('/proc/self') ? '/proc/watchpost/data' : '/dev/watchpost/data';
    await expect(prepareDataDir(system)).rejects.toMatchObject({ code: 'data-dir-unusable' });
  });
});
