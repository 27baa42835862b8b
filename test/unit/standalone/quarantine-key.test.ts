import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { knownQuarantineKey, quarantineKey } from '@watchpost/standalone/demo/quarantine-key';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('the key of the demonstration for originals', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'watchpost-key-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('is made once, for its owner only, and the command line finds it', async () => {
    expect(await knownQuarantineKey(folder)).toBeUndefined();
    const made = await quarantineKey(folder);
    expect([await quarantineKey(folder), await knownQuarantineKey(folder)]).toEqual([made, made]);
    expect((await stat(path.join(folder, 'quarantine-key'))).mode & 0o777).toBe(0o600);
  });

  it('is made anew where somebody wrote something else there', async () => {
    await writeFile(path.join(folder, 'quarantine-key'), 'short');
    expect(await quarantineKey(folder)).toMatch(/^[0-9a-f]{64}$/);
  });
});
