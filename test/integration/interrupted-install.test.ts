import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fromRoot } from '../support/root.ts';
import { until } from '../support/until.ts';

/** A clone with nothing in it, whose `npx` takes for ever. */
function emptyClone(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'watchpost-clone-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const each of ['packages', 'apps', 'test', 'bin']) mkdirSync(path.join(folder, each));
  cpSync(fromRoot('scripts'), path.join(folder, 'scripts'), { recursive: true });
  cpSync(fromRoot('package.json'), path.join(folder, 'package.json'));
  writeFileSync(path.join(folder, 'bin/npx'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  return folder;
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends npm start while it installs, and is no failure of that', async (signal) => {
  const folder = emptyClone();
  const env = { PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const child = spawn(process.execPath, ['scripts/start.mjs'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('it installs', () => said.includes('installing packages'));
  // The program is started after this was said.
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill(signal);
  await until('it has ended', () => child.exitCode !== null || child.signalCode !== null);
  expect({ ended: child.signalCode, said }).toEqual({ ended: signal, said: 'watchpost: installing packages …\n' });
});
