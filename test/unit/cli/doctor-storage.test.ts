import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { storageForCommand } from '@watchpost/standalone/command-storage';
import { thisProcess } from '@watchpost/standalone/data-folder/is-running';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'watchpost-doctor-'));
});
afterEach(async () => rm(folder, { recursive: true }));

const envOf = async (env: Record<string, string> = {}) =>
  (await storageForCommand('running', { DATA_DIR: folder, ...env }, new AbortController().signal)).env;

describe('what a command that examines is given', () => {
  it('is the database of an npm start that runs', async () => {
    await writeFile(path.join(folder, 'embedded.json'), JSON.stringify({ url: 'postgres://here', ...(await thisProcess()) }));
    expect(await envOf()).toMatchObject({ POSTGRES_URL: 'postgres://here' });
    // The gallery is embedded there, the queue is not.
    expect(await envOf({ REDIS_URL: 'redis://r' })).toMatchObject({ POSTGRES_URL: 'postgres://here', REDIS_URL: 'redis://r' });
    expect(await envOf({ POSTGRES_URL: 'postgres://ours' })).toMatchObject({ POSTGRES_URL: 'postgres://ours' });
  });

  it('is nothing where none runs: no database is started for it', async () => {
    await mkdir(path.join(folder, 'postgres'));
    expect(await envOf()).toEqual({ DATA_DIR: folder });
    expect(await readdir(folder)).toEqual(['postgres']);
  });
});
