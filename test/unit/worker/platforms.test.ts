import { createLogger } from '@watchpost/shared/observability/logger';
import { loadConfig } from '@watchpost/worker/config';
import { connectPlatforms, platformNames } from '@watchpost/worker/platforms';
import { describe, expect, it } from 'vitest';

const { platformFor } = connectPlatforms(
  loadConfig({ SLACK_API_TOKEN: 'xoxb-1', READ_SLACK_CHANNEL_ID: 'C1', WRITE_SLACK_CHANNEL_ID: 'C2', POSTGRES_URL: 'postgres://p' }),
  {
    turns: { take: async () => undefined, hold: async () => undefined },
    access: { roleOf: async () => null },
    log: createLogger('test', 'silent'),
  },
);

describe("the worker's platforms", () => {
  it('are chosen by the channel, and post to their own write channel', () => {
    expect(platformFor('slack:C1').writeChannel).toBe('slack:C2');
  });

  it('fail a job of a platform that is not there', () => {
    expect(() => platformFor('telegram:-100123')).toThrow(expect.objectContaining({ code: 'job-invalid', retry: 'permanent' }));
  });

  it('are waited for where they are configured, and no other', () => {
    const slack = { SLACK_API_TOKEN: 'xoxb-1', READ_SLACK_CHANNEL_ID: 'C1', WRITE_SLACK_CHANNEL_ID: 'C2' };
    const telegram = { TELEGRAM_BOT_TOKEN: '123456789:AAexampleexampleexample' };
    const namesOf = (env: Record<string, string>): string[] => platformNames(loadConfig({ ...env, POSTGRES_URL: 'postgres://p' }));
    expect(namesOf(slack)).toEqual(['slack']);
    expect(namesOf(telegram)).toEqual(['telegram']);
    expect(namesOf({ ...telegram, ...slack })).toEqual(['slack', 'telegram']);
  });
});
