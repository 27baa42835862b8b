import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withSecretFiles } from '@watchpost/shared/config/secret-files';
import { afterAll, describe, expect, it } from 'vitest';

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

  it.each([
    'MONGO_CONNECTION_STRING',
    'REDIS_URL',
    'QUARANTINE_KEY',
    'CONSOLE_PASSWORD',
    'SCHEDULE_SECRETS',
    'TELEGRAM_WEBHOOK_SECRET',
    'OTEL_EXPORTER_OTLP_HEADERS',
  ])('%s may be one', (name) => {
    expect(withSecretFiles({ [`${name}_FILE`]: fileWith(name, 'v') })).toEqual({ [name]: 'v' });
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
        'REDIS_URL and REDIS_URL_FILE are both set: keep one',
        'MESSAGE_KEY_FILE: this is a folder',
        'QUARANTINE_KEY_FILE: the file has more than 65536 bytes',
      ].join('\n'),
    );
  });
});
