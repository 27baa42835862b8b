import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from '@watchpost/shared/observability/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import { openCameras } from '@watchpost/cameras/open-cameras';
import { until } from '../../support/until.ts';

const withCooldown = (minutes: number): string => `defaults: { cooldown: ${String(minutes)}m }\n`;

describe('following a cameras file', () => {
  let folder: string;
  let file: string;
  let stop: AbortController;
  let said: { level: string; text: string; faults: unknown }[];
  let log: Logger;
  const cooldown = (cameras: Cameras): number => cameras.settingsOf('slack:C1', null).cooldownMs / 60_000;
  const open = async (): Promise<Cameras> => openCameras({ file, log, signal: stop.signal, everyMs: 5 });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cameras-'));
    file = path.join(folder, 'cameras.yaml');
    stop = new AbortController();
    said = [];
    const note = (level: string) => (fields: { faults?: unknown }, text: string) => void said.push({ level, text, faults: fields.faults });
    log = { info: note('info'), warn: note('warn'), error: note('error') } as unknown as Logger;
  });
  afterEach(async () => {
    stop.abort();
    await rm(folder, { recursive: true });
  });

  it('takes what was written into it', async () => {
    await writeFile(file, withCooldown(1));
    const cameras = await open();
    expect(cooldown(cameras)).toBe(1);
    await writeFile(file, withCooldown(2));
    await until('the settings follow', () => cooldown(cameras) === 2);
    // As editors save: a new file in its place.
    await writeFile(`${file}.new`, withCooldown(3));
    await rename(`${file}.new`, file);
    await until('the settings follow', () => cooldown(cameras) === 3);
  });

  it('follows a link to a folder that is exchanged, as Kubernetes mounts a ConfigMap', async () => {
    for (const version of [1, 2]) {
      await mkdir(path.join(folder, `v${version}`));
      await writeFile(path.join(folder, `v${version}`, 'cameras.yaml'), withCooldown(version));
    }
    await symlink('v1', path.join(folder, '..data'));
    await symlink('..data/cameras.yaml', file);
    const cameras = await open();
    await symlink('v2', path.join(folder, '..next'));
    await rename(path.join(folder, '..next'), path.join(folder, '..data'));
    await until('the settings follow', () => cooldown(cameras) === 2);
  });

  it('keeps what was right while the file has faults, is empty or is gone, and says once why', async () => {
    await writeFile(file, withCooldown(1));
    const cameras = await open();
    await writeFile(file, 'defaults:\n  cooldwon: 3m\n');
    await until('the settings follow', () => said.some(({ level }) => level === 'error'));
    expect(said.at(-1)).toEqual({
      level: 'error',
      text: 'the camera settings have faults: those from before stay in force',
      faults: [`${file}:2:3: defaults.cooldwon is no setting; did you mean cooldown?`],
    });
    await rm(file);
    await until('the settings follow', () => said.some(({ level }) => level === 'warn'));
    await writeFile(file, '');
    await until('the settings follow', () => said.filter(({ level }) => level === 'error').length === 2);
    expect(cooldown(cameras)).toBe(1);
    await writeFile(file, withCooldown(4));
    await until('the settings follow', () => cooldown(cameras) === 4);
    expect(said.map(({ level }) => level)).toEqual(['info', 'error', 'warn', 'error', 'info']);
  });

  it('does not start with a file that has faults, or none, and names them all', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringContaining('CAMERAS_FILE: ENOENT') });
    await writeFile(file, 'digset: off\ntimeZone: here\n');
    await expect(open()).rejects.toMatchObject({
      code: 'config-invalid',
      message: `${file}:1:1: digset is no setting; did you mean digest?\n${file}:2:11: timeZone must be a time zone such as Europe/Berlin`,
    });
  });

  it('follows nothing after it was closed', async () => {
    await writeFile(file, withCooldown(1));
    const [closed, open1] = [await open(), await open()];
    closed.close();
    await writeFile(file, withCooldown(2));
    await until('the settings follow', () => cooldown(open1) === 2);
    expect(cooldown(closed)).toBe(1);
  });

  it('reads a file with the mark that some editors put first', async () => {
    await writeFile(file, `\uFEFF${withCooldown(7)}`);
    expect(cooldown(await open())).toBe(7);
  });

  it('knows the usual settings without a file', async () => {
    expect(cooldown(await openCameras({ file: null, log, signal: stop.signal }))).toBe(5);
  });
});
