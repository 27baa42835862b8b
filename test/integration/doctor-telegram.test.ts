import { createTelegramApi } from '@watchpost/telegram/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bad, examined } from '../support/scale-doctor.ts';
import { startTelegramRig, telegramToken, tokenPart, type TelegramRig } from '../support/telegram-rig.ts';

let rig: TelegramRig;
beforeEach(async () => {
  rig = await startTelegramRig();
});
afterEach(async () => rig.close());

const found = async (more: Record<string, string> = {}) =>
  examined({ TELEGRAM_BOT_TOKEN: telegramToken, TELEGRAM_API_URL: rig.server.url, ...more }, /^telegram/);

describe('the doctor on Telegram', () => {
  it('accepts a token, and that ingest asks for updates', async () => {
    expect(await found()).toEqual([
      expect.stringMatching(/^ok telegram.token: Telegram accepts the token: @/),
      'ok telegram.updates: ingest asks Telegram for updates',
    ]);
  });

  it('refuses another token, without showing it', async () => {
    rig.server.fail('getMe', { answer: 'error', code: 401, description: 'Unauthorized' });
    const lines = await found();
    expect(lines).toEqual([expect.stringMatching(/^fault telegram: .*@BotFather/)]);
    expect(lines.join()).not.toContain(tokenPart);
  });

  it('finds updates that go elsewhere, or nowhere', async () => {
    expect(bad(await found({ TELEGRAM_WEBHOOK_SECRET: 'canary-canary-canary' }))).toEqual([
      expect.stringMatching(/^fault telegram.updates: Telegram knows no address .* → set TELEGRAM_WEBHOOK_URL/),
    ]);
    const api = createTelegramApi({ token: telegramToken, apiUrl: rig.server.url, timeoutMs: 2_000 });
    await api.setWebhook('http://127.0.0.1:9/api/telegram');
    expect(bad(await found())).toEqual([
      expect.stringMatching(/^fault telegram.updates: Telegram delivers updates to 127.0.0.1:9, and ingest is to ask/),
    ]);
    const ours = { TELEGRAM_WEBHOOK_SECRET: 'canary-canary-canary', TELEGRAM_WEBHOOK_URL: 'http://other.example/api/telegram' };
    expect(bad(await found(ours))).toEqual([expect.stringMatching(/^fault telegram.updates: .* names other.example/)]);
  });

  it('finds chats where the bot is not, and where it may not post', async () => {
    const ada = rig.server.person('Ada');
    const group = rig.server.group('Results', [ada]);
    const env = { READ_TELEGRAM_CHAT_ID: '-1009999', WRITE_TELEGRAM_CHAT_ID: String(group) };
    expect(bad(await found(env))).toEqual([
      expect.stringMatching(/^fault telegram.chats: -1009999: the chat that READ_TELEGRAM_CHAT_ID names is not there/),
    ]);
    expect(await found(env)).toContainEqual(expect.stringMatching(new RegExp(`^ok telegram.chats: the bot may post in ${String(group)}`)));
    expect(bad(await found({ READ_TELEGRAM_CHAT_ID: String(group), WRITE_TELEGRAM_CHAT_ID: '-1008888' }))).toContainEqual(
      expect.stringMatching(/^fault telegram.chats: the results chat .*-1008888 is not there for the bot/),
    );
  });
});
