import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTool } from '../support/deploy-tools.ts';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';

const units = ['watchpost.service', 'watchpost-worker@.service'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'systemd-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describeWith(['systemd-analyze'], 'the units of systemd', () => {
  /** The unit as an instance, with a program that is here. */
  const prepared = (unit: string): string => {
    const file = path.join(folder, unit.replace('@.', '@1.'));
    const text = readFileSync(fromRoot(`deploy/systemd/${unit}`), 'utf8');
    writeFileSync(file, text.replaceAll('/opt/watchpost/deploy/systemd/start.sh', fromRoot('deploy/systemd/start.sh')));
    return file;
  };

  it.each(units)('%s is one that systemd takes', (unit) => {
    expect(runTool('systemd-analyze', ['verify', prepared(unit)])).toBe('');
    const bad = prepared(unit);
    writeFileSync(bad, readFileSync(bad, 'utf8').replace('ExecStart=', 'ExecStrat='));
    expect(() => runTool('systemd-analyze', ['verify', bad])).toThrow('ExecStrat');
  });

  it.each(units)('%s is closed to nearly everything', (unit) => {
    const said = runTool('systemd-analyze', ['security', '--offline=true', '--threshold=25', prepared(unit)]);
    expect(said).toContain('Overall exposure level');
  });
});

describe('deploy/systemd/start.sh', () => {
  it('names the secrets that systemd hands over, and becomes the program', () => {
    const credentials = path.join(folder, 'credentials');
    mkdirSync(credentials);
    writeFileSync(path.join(credentials, 'secrets_slack_api_token'), 'xoxb-1\n');
    writeFileSync(path.join(credentials, 'secrets_odd name;rm'), 'x');
    cpSync(fromRoot('deploy/systemd/start.sh'), path.join(folder, 'start.sh'));
    const out = execFileSync('sh', [path.join(folder, 'start.sh'), 'env'], {
      env: { PATH: process.env['PATH'], CREDENTIALS_DIRECTORY: credentials },
      encoding: 'utf8',
    });
    const files = out.split('\n').filter((line) => line.includes('_FILE='));
    expect(files).toEqual([`SLACK_API_TOKEN_FILE=${credentials}/secrets_slack_api_token`]);
  });

  it('starts without secrets, too', () => {
    expect(
      execFileSync('sh', [fromRoot('deploy/systemd/start.sh'), 'echo', 'started'], {
        env: { PATH: process.env['PATH'] },
        encoding: 'utf8',
      }),
    ).toBe('started\n');
  });
});
