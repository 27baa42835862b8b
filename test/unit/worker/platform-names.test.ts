import { platformNames } from '@watchpost/worker/platforms';
import { loadConfig } from '@watchpost/worker/config';
import { expect, it } from 'vitest';

const slack = { SLACK_API_TOKEN: 'xoxb-1', READ_SLACK_CHANNEL_ID: 'C0123ABCD', WRITE_SLACK_CHANNEL_ID: 'C0456EFGH' };
const telegram = { TELEGRAM_BOT_TOKEN: '123456789:AAabcdefghijklmnopqrstuvwxyz' };
const store = { POSTGRES_URL: 'postgres://127.0.0.1/watchpost' };

it.each([
  [slack, ['slack']],
  [telegram, ['telegram']],
  [{ ...slack, ...telegram }, ['slack', 'telegram']],
])('health waits only for the platforms that are configured: %#', (env, names) => {
  expect(platformNames(loadConfig({ ...env, ...store }))).toEqual(names);
});
