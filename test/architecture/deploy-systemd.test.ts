import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTool } from '../support/deploy-tools.ts';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';

const units = ['watchpost.service', 'watchpost-worker@.service', 'watchpost-backup.service'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'systemd-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const unit = (name: string): string => readFileSync(fromRoot(`deploy/systemd/${name}`), 'utf8');

/** A PATH on which these programs, each a line of shell, come first. */
function programs(of: Record<string, string>): string {
  const bin = mkdtempSync(path.join(folder, 'bin-'));
  for (const [name, line] of Object.entries(of)) writeFileSync(path.join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return `${bin}:${process.env['PATH'] ?? ''}`;
}

describeWith(['systemd-analyze'], 'the units of systemd', () => {
  /** The unit as an instance, with a program that is here. */
  const prepared = (name: string): string => {
    const file = path.join(folder, name.replace('@.', '@1.'));
    writeFileSync(file, unit(name).replaceAll('/opt/watchpost/deploy/systemd/start.sh', fromRoot('deploy/systemd/start.sh')));
    return file;
  };

  it.each(units)('%s is one that systemd takes', (name) => {
    expect(runTool('systemd-analyze', ['verify', prepared(name)])).toBe('');
    const bad = prepared(name);
    writeFileSync(bad, readFileSync(bad, 'utf8').replace('ExecStart=', 'ExecStrat='));
    expect(() => runTool('systemd-analyze', ['verify', bad])).toThrow('ExecStrat');
  });

  it.each(units)('%s is closed to nearly everything', (name) => {
    const said = runTool('systemd-analyze', ['security', '--offline=true', '--threshold=25', prepared(name)]);
    expect(said).toContain('Overall exposure level');
  });
});

describeWith(['systemd-analyze'], 'the timer of backups', () => {
  it('starts the service, every night', () => {
    for (const name of ['watchpost-backup.service', 'watchpost-backup.timer'])
      writeFileSync(
        path.join(folder, name),
        unit(name).replaceAll('/opt/watchpost/deploy/systemd/start.sh', fromRoot('deploy/systemd/start.sh')),
      );
    expect(runTool('systemd-analyze', ['verify', path.join(folder, 'watchpost-backup.timer')])).toBe('');
    const times = runTool('systemd-analyze', ['calendar', /^OnCalendar=(.*)$/m.exec(unit('watchpost-backup.timer'))?.[1] ?? '']);
    expect(times).toContain('Normalized form: *-*-* 03:30:00');
  });

  it('writes a file that does not exist yet, and deletes only backups', () => {
    const [, , script = ''] = / (sh) -c '(.*)'$/m.exec(unit('watchpost-backup.service')) ?? [];
    const bin = programs({ node: 'echo "$@"' });
    const said = execFileSync('/bin/sh', ['-c', script.replaceAll('$$', '$').replaceAll('%%', '%')], {
      env: { PATH: bin },
      encoding: 'utf8',
    });
    expect(said).toMatch(
      /^apps\/standalone\/dist\/watchpost\.js export \/var\/lib\/watchpost\/backup\/gallery-\d{4}-\d\d-\d\dT\d{6}\.gz\n$/,
    );
    expect(unit('watchpost-backup.service')).toContain(
      'ExecStartPost=find /var/lib/watchpost/backup -name "gallery-*" -mtime +30 -delete\n',
    );
  });
});

describe('deploy/systemd/watchpost', () => {
  it("runs a command with the service's user, folders, variables and secrets", () => {
    const bin = programs({ 'systemd-run': 'for each in "$@"; do echo "$each"; done' });
    const script = fromRoot('deploy/systemd/watchpost');
    const said = execFileSync('sh', [script, 'name', 'Unknown 3', 'Ada'], { env: { PATH: bin }, encoding: 'utf8' });
    const service = unit('watchpost.service');
    const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(service)?.[1] ?? 'none';
    const lines = said.trimEnd().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        `--uid=${setting('User')}`,
        `--gid=${setting('Group')}`,
        `--working-directory=${setting('WorkingDirectory')}`,
        ...['EnvironmentFile', 'LoadCredential', 'UMask'].map((name) => `--property=${name}=${setting(name)}`),
        ...setting('Environment')
          .split(' ')
          .map((each) => `--setenv=${each}`),
      ]),
    );
    const start = '/opt/watchpost/deploy/systemd/start.sh';
    expect(setting('ExecStart')).toContain(`${start} node `);
    expect(lines.slice(lines.indexOf(start))).toEqual([start, 'node', 'apps/standalone/dist/watchpost.js', 'name', 'Unknown 3', 'Ada']);
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
