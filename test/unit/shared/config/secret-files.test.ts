import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { consoleEnv } from '@watchpost/console/config';
import { feedEnv } from '@watchpost/feed/config';
import { ingestEnv } from '@watchpost/ingest/config';
import { secretVariables, withSecretFiles } from '@watchpost/shared/config/secret-files';
import { workerEnv } from '@watchpost/worker/config';
import { afterAll, describe, expect, it } from 'vitest';

const read = Object.keys({ ...consoleEnv, ...feedEnv, ...ingestEnv, ...workerEnv });
const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
const fileWith = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('secrets in files', () => {
  it('are read, without the line break behind them', () => {
    const env = withSecretFiles({ SLACK_API_TOKEN_FILE: fileWith('token', 'xoxb-1\n'), LOG_LEVEL: 'info' });
    expect(env).toEqual({ SLACK_API_TOKEN: 'xoxb-1', LOG_LEVEL: 'info' });
  });

  it.each(secretVariables)('%s may be one, and is a variable that a process reads', (name) => {
    expect(withSecretFiles({ [`${name}_FILE`]: fileWith(name, 'v') })).toEqual({ [name]: 'v' });
    expect(read).toContain(name);
  });

  it('every variable that is called like a secret is one', () => {
    const called = read.filter((name) => /(?:TOKENS?|SECRETS?|KEY|PASSWORD|CONNECTION_STRING)$/.test(name));
    expect(called.filter((name) => !secretVariables.includes(name))).toEqual([]);
  });

  it('what is meant for others is left alone', () => {
    const env = { SOPS_AGE_KEY_FILE: '/nowhere', AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere', SSL_KEY_FILE: '/nowhere' };
    expect(withSecretFiles(env)).toEqual(env);
  });

  it('files of settings are no secrets', () => {
    const env = { CAMERAS_FILE: '/nowhere/cameras.yaml', FEEDS_FILE: '/nowhere/feeds.yaml', SCHEDULE_FILE: '/nowhere/schedule.yaml' };
    expect(withSecretFiles(env)).toEqual(env);
  });

  it('an empty variable, or an empty file, counts as unset', () => {
    expect(withSecretFiles({ SMTP_URL_FILE: fileWith('empty', '\n') })).toEqual({ SMTP_URL: '' });
    expect(withSecretFiles({ REDIS_URL_FILE: ' ', REDIS_URL: 'redis://a' })).toEqual({ REDIS_URL_FILE: ' ', REDIS_URL: 'redis://a' });
    expect(withSecretFiles({ REDIS_URL_FILE: fileWith('redis', 'redis://b'), REDIS_URL: '' })).toEqual({ REDIS_URL: 'redis://b' });
  });

  it('all faults are told at once, and never a value', () => {
    const env = {
      SLACK_API_TOKEN_FILE: path.join(folder, 'missing'),
      REDIS_URL_FILE: fileWith('twice', 'redis://secret'),
      REDIS_URL: 'redis://other-secret',
      MESSAGE_KEY_FILE: folder,
      QUARANTINE_KEY_FILE: fileWith('large', 'x'.repeat(70_000)),
    };
    expect(() => withSecretFiles(env)).toThrow(
      [
        'SLACK_API_TOKEN_FILE: there is no such file',
        'MESSAGE_KEY_FILE: this is a folder',
        'QUARANTINE_KEY_FILE: the file has more than 65536 bytes',
        'REDIS_URL and REDIS_URL_FILE are both set: keep one',
      ].join('\n'),
    );
  });
});
