import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { exportToFiles } from '@watchpost/privacy/export/files';
import type { ExportPerson } from '@watchpost/privacy/export/export-person';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const never = new AbortController().signal;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rest-export-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** Two files, and something that happens between them. */
const exporting =
  (between: () => Promise<void> = async () => undefined): ExportPerson =>
  async (_id, add) => {
    await add('README.txt', Buffer.from('all'));
    await between();
    await add('faces/1.jpg', Buffer.from('jpeg'));
    return { name: 'Ada', faces: 1, sightings: 0, pictures: 1, files: 2 };
  };

it('an export to a folder has all files', async () => {
  await exportToFiles(exporting(), 'ada', path.join(folder, 'ada'), never);
  expect(await readFile(path.join(folder, 'ada/faces/1.jpg'), 'utf8')).toBe('jpeg');
});

describe.each(['ada', 'ada.zip'])('an export of a person to %s', (name) => {
  const target = () => path.join(folder, name);
  const run = (work: ExportPerson) => exportToFiles(work, 'ada', target(), never);

  it('has its name when it is complete, and not before', async () => {
    let meanwhile: string[] = [];
    await run(
      exporting(async () => {
        meanwhile = await readdir(folder);
      }),
    );
    expect([meanwhile, await readdir(folder)]).toEqual([[`${name}.part`], [name]]);
  });

  it('leaves nothing where it fails', async () => {
    await expect(run(exporting(() => Promise.reject(new Error('away'))))).rejects.toThrow('away');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is refused where something of that name is there, and what is there stays', async () => {
    await writeFile(target(), 'mine');
    await expect(run(exporting())).rejects.toMatchObject({ code: 'output-failed', message: `${target()} exists already` });
    expect([await readdir(folder), await readFile(target(), 'utf8')]).toEqual([[name], 'mine']);
  });

  it('is refused where an empty folder of that name is made meanwhile, and that stays', async () => {
    const made = exporting(async () => mkdir(target(), { mode: 0o755 }));
    await expect(run(made)).rejects.toMatchObject({ code: 'output-failed', message: `${target()} exists already` });
    expect([await readdir(folder), await readdir(target())]).toEqual([[name], []]);
  });

  it.each(['a file', 'a folder'])('is refused where %s of that name is made meanwhile, and that stays', async (what) => {
    const mine = what === 'a file' ? target() : path.join(target(), 'mine');
    const make = async (): Promise<void> => {
      if (what === 'a folder') await mkdir(target());
      await writeFile(mine, 'mine');
    };
    await expect(run(exporting(make))).rejects.toMatchObject({ code: 'output-failed', message: `${target()} exists already` });
    expect([await readdir(folder), await readFile(mine, 'utf8')]).toEqual([[name], 'mine']);
  });

  it('names what one that was killed has left', async () => {
    await mkdir(`${target()}.part`);
    const left = `${target()}.part exists already, from an export that was killed or still runs`;
    await expect(run(exporting())).rejects.toMatchObject({ code: 'output-failed', message: expect.stringContaining(left) });
    expect(await readdir(folder)).toEqual([`${name}.part`]);
  });

  it('says that its folder does not exist', async () => {
    const elsewhere = path.join(folder, 'missing', name);
    await expect(exportToFiles(exporting(), 'ada', elsewhere, never)).rejects.toMatchObject({ message: /cannot be written/ });
  });
});
