import { webhookUrl, startWebhook } from '@watchpost/ingest/platforms/telegram/webhook/webhook';
import { AppError } from '@watchpost/shared/errors';
import { packTalk } from '@watchpost/telegram/callback-data';
import { loadConfig } from '@watchpost/ingest/config';
import { describe, expect, it, onTestFinished } from 'vitest';
import { telegramRig, webhookSecret } from '../../support/telegram-door-rig.ts';
import { botToken, clicks, group, says } from '../../support/telegram-updates.ts';
import { until } from '../../support/until.ts';

describe('POST /api/telegram', () => {
  it('is acknowledged once the queue has what follows', async () => {
    const { post, sent, metrics } = telegramRig();
    const response = await post(says('hello'));
    expect([response.statusCode, response.json()]).toEqual([200, {}]);
    expect(sent).toHaveLength(1);
    expect(await metrics()).toContain('watchpost_ingest_telegram_ack_seconds_count{status="200"} 1');
  });

  it.each([
    ['no secret', {}],
    ['another one', { 'x-telegram-bot-api-secret-token': 'wrong' }],
    ['a part of it', { 'x-telegram-bot-api-secret-token': webhookSecret.slice(1) }],
  ])('with %s is refused before its body is read', async (_what, headers) => {
    const { post, sent, logged } = telegramRig();
    const response = await post(`{"update_id": broken`, headers);
    expect(response.statusCode).toBe(401);
    expect(response.body).not.toContain(webhookSecret);
    expect(logged.join('')).toContain('was refused');
    expect(logged.join('')).not.toContain(webhookSecret);
    expect(sent).toEqual([]);
  });

  it('answers a click in the response, with nothing that somebody wrote', async () => {
    const { post } = telegramRig();
    expect((await post(clicks(packTalk('abc|go'), { id: '77' }))).json()).toEqual({
      method: 'answerCallbackQuery',
      callback_query_id: '77',
    });
    const unknown = await post(clicks('<script>', { id: '78' }));
    expect(unknown.json()).toMatchObject({ method: 'answerCallbackQuery', callback_query_id: '78', text: expect.any(String) });
    expect(unknown.body).not.toContain('script');
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['no update', '[]'],
    ['nothing', ''],
    ['too much', JSON.stringify({ update_id: 1, message: 'x'.repeat(2_200_000) })],
  ])('%s would never be understood: it holds up no chat', async (_what, body) => {
    const { post, logged, metrics } = telegramRig();
    expect((await post(body)).statusCode).toBe(200);
    expect(logged.join('')).toContain('left out');
    expect(await metrics()).toMatch(/updates_total\{kind="malformed",outcome="(?:ignored-malformed|too-large)"\} 1/);
  });

  it('while the queue is away Telegram is asked to come again soon', async () => {
    const { post, fail } = telegramRig();
    fail(() => new AppError('queue-unavailable', 'away'));
    const response = await post(says('hello'));
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
    fail(() => new AppError('job-refused', 'never'));
    expect((await post(says('poison'))).statusCode).toBe(200);
  });

  it('while our name is unknown, only what depends on it waits', async () => {
    const { post } = telegramRig({ username: null });
    expect((await post(says('/help@Somebody', { chat: group }))).statusCode).toBe(503);
    expect((await post(says('/help'))).statusCode).toBe(200);
  });
});

describe('the webhook at Telegram', () => {
  type Info = { url: string; pending_update_count: number; last_error_date?: number; last_error_message?: string };
  const started = ({ url, infos, refuse = 0 }: { url: string | null; infos: Info[]; refuse?: number }) => {
    const { telegramMetrics, log, logged, metrics } = telegramRig();
    const told: unknown[][] = [];
    let left = refuse;
    const ended = new AbortController();
    const api = {
      setWebhook: async (...args: unknown[]) => {
        if (left-- > 0) throw new AppError('chat-refused', 'Bad Request: bad webhook: HTTPS url must be provided');
        told.push(args);
        return true as const;
      },
      getWebhookInfo: async () => ({ has_custom_certificate: false, ...(infos.length > 1 ? infos.shift()! : infos[0]!) }),
    };
    const webhook = startWebhook({ api, secret: webhookSecret, url, telegramMetrics, log, everyMs: 10 }, ended.signal);
    const stop = async () => {
      ended.abort();
      await webhook.done;
    };
    onTestFinished(stop);
    return { webhook, told, logged, metrics, stop };
  };
  const ours = 'https://watch.example/api/telegram';

  it('an origin alone means our route', () => {
    expect(webhookUrl('https://watch.example')).toBe(ours);
    expect(webhookUrl('https://watch.example/bot/hook')).toBe('https://watch.example/bot/hook');
  });

  it('is told with the secret and the kinds that we understand, and watched', async () => {
    const { webhook, told, metrics } = started({ url: 'https://watch.example', infos: [{ url: ours, pending_update_count: 7 }] });
    await until('it is watched', async () => (await metrics()).includes('watchpost_ingest_telegram_pending_updates 7'));
    expect(told[0]?.slice(0, 2)).toEqual([
      ours,
      {
        secret_token: webhookSecret,
        allowed_updates: ['message', 'edited_message', 'channel_post', 'edited_channel_post', 'callback_query', 'my_chat_member'],
        max_connections: 40,
      },
    ]);
    expect(webhook.check()).toBe(true);
  });

  it('that Telegram refuses is said, and tried again', async () => {
    const { webhook, told } = started({ url: 'https://watch.example', infos: [{ url: ours, pending_update_count: 0 }], refuse: 1 });
    await until('it is said', () => webhook.check() !== true);
    expect(webhook.check()).toContain('HTTPS url must be provided');
    await until('it is told', () => told.length === 1);
    await until('all is well', () => webhook.check() === true);
  });

  it.each([
    ['none', '', null, 'TELEGRAM_WEBHOOK_URL'],
    ['somebody else’s', 'https://other.example/secret-path', 'https://watch.example', 'another address'],
  ])('%s means that nothing arrives', async (_what, url, configured, says) => {
    const { webhook, logged } = started({ url: configured, infos: [{ url, pending_update_count: 0 }] });
    await until('it is noticed', () => webhook.check() !== true);
    expect(webhook.check()).toContain(says);
    expect(logged.join('')).not.toContain('secret-path');
  });

  it('each failed delivery is told of once', async () => {
    const failed = { url: ours, pending_update_count: 3, last_error_date: 1_700_000_000, last_error_message: 'Connection timed out' };
    const { logged, stop } = started({ url: null, infos: [failed, failed, failed, { ...failed, last_error_date: 1_700_000_100 }] });
    await until('both are told of', () => logged.filter((line) => line.includes('Connection timed out')).length === 2);
    await stop();
    expect(logged.filter((line) => line.includes('Connection timed out'))).toHaveLength(2);
  });
});

describe('the configuration', () => {
  const env = { REDIS_URL: 'redis://127.0.0.1:1', TELEGRAM_BOT_TOKEN: botToken };

  it('is complete with a token alone', () => {
    expect(loadConfig(env)).toMatchObject({ TELEGRAM_BOT_TOKEN: botToken });
  });

  it('an address without a secret is a fault', () => {
    expect(() => loadConfig({ ...env, TELEGRAM_WEBHOOK_URL: 'https://watch.example' })).toThrow(/TELEGRAM_WEBHOOK_SECRET must be set/);
  });
});
