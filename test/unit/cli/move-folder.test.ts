import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeMoveFolder, removeLeftByMoves } from '@watchpost/cli/support/move-folder';
import { expect, it } from 'vitest';

it('what a killed move has left behind goes, and what another one is filling stays', async () => {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'watchpost-left-'));
  try {
    const { pid: gone } = spawnSync('true');
    const left = [`watchpost-move-${String(gone)}-abc`, 'watchpost-move-abcdef', path.basename(await makeMoveFolder(parent))];
    const kept = [`watchpost-move-${String(process.ppid)}-abc`, 'watchpost-moving-1'];
    for (const name of [...left, ...kept]) {
      await mkdir(path.join(parent, name), { recursive: true });
      await writeFile(path.join(parent, name, 'everything.gz'), 'Ada');
    }
    expect((await removeLeftByMoves(parent)).toSorted()).toEqual(left.map((name) => path.join(parent, name)).toSorted());
    expect((await readdir(parent)).toSorted()).toEqual(kept.toSorted());
    expect(await removeLeftByMoves(parent)).toEqual([]);
  } finally {
    await rm(parent, { recursive: true });
  }
});
