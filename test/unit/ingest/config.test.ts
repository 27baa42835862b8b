import { loadConfig } from '@watchpost/ingest/config';
import { describe, expect, it } from 'vitest';

const needed = {
  SLACK_API_TOKEN: 'xoxb-1',
  READ_SLACK_CHANNEL_ID: 'C01, C012345,C01',
  WRITE_SLACK_CHANNEL_ID: 'C9',
  SLACK_VERIFICATION_TOKEN: 'token',
  POSTGRES_URL: 'postgres://127.0.0.1/x',
};
const faultsOf = (env: Record<string, string | undefined>): string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    return error instanceof Error ? error.message.split('\n') : [];
  }
};

describe("ingest's configuration", () => {
  it("is complete with the old service's variables and a queue", () => {
    expect(loadConfig(needed)).toMatchObject({
      READ_SLACK_CHANNEL_ID: ['C01', 'C012345'],
      SLACK_API_URL: 'https://slack.com/api/',
      PORT: 5_000,
      SLACK_FILE_HOSTS: expect.arrayContaining([{ origin: 'https://files.slack.com' }]) as object[],
    });
  });

  it('reports every fault at once, and no value', () => {
    const faults = faultsOf({
      SLACK_API_TOKEN: ' ',
      READ_SLACK_CHANNEL_ID: '#cams',
      PORT: 'secret-port',
      CAMERA_CAPTION_PATTERN: '(',
      LOG_LEVEL: 'loud',
    });
    expect(faults.map((fault) => fault.split(/[ :]/)[0])).toEqual([
      'LOG_LEVEL',
      'READ_SLACK_CHANNEL_ID',
      'CAMERA_CAPTION_PATTERN',
      'PORT',
      'SLACK_API_TOKEN',
      'WRITE_SLACK_CHANNEL_ID',
      'SLACK_SIGNING_SECRET',
      'REDIS_URL',
    ]);
    expect(faults.join()).not.toMatch(/secret-port|#cams|loud/);
  });

  it.each([
    ['SLACK_SIGNING_SECRET', 'a,b', ['a', 'b']],
    [
      'SLACK_FILE_HOSTS',
      'http://127.0.0.1:4003, Files.Example.com',
      [{ origin: 'http://127.0.0.1:4003' }, { origin: 'https://files.example.com' }],
    ],
    ['SLACK_API_URL', 'http://127.0.0.1:4003/api', 'http://127.0.0.1:4003/api/'],
    ['PORT', '0', 0],
    ['CAMERA_CAPTION_PATTERN', '^(.+):', /^(.+):/im],
  ])('reads %s=%s', (name, text, value) => {
    expect(loadConfig({ ...needed, [name]: text })).toMatchObject({ [name]: value });
  });

  it.each([
    ['SLACK_SIGNING_SECRET', 'a,b,c'],
    ['SLACK_APP_TOKEN', 'xoxb-1'],
    ['SLACK_FILE_HOSTS', 'https://files.slack.com/path'],
    ['SLACK_FILE_HOSTS', 'user@files.slack.com'],
    ['WRITE_SLACK_CHANNEL_ID', 'C1,C2'],
    ['READ_SLACK_CHANNEL_ID', ','],
    ['REDIS_URL', 'http://127.0.0.1'],
    ['PORT', '70000'],
    ['SLACK_API_URL', 'slack.com'],
  ])('refuses %s=%s', (name, text) => {
    expect(faultsOf({ ...needed, [name]: text }).map((fault) => fault.split(':')[0])).toEqual([name]);
  });
});
