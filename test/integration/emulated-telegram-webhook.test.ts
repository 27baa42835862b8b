import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api } from 'grammy';
import type { Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmulatedTelegram, startEmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';

interface Answered {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  afterMs?: number;
}

describe('the webhook of the emulated Bot API', () => {
  let telegram: EmulatedTelegram;
  let api: Api;
  let server: Server;
  let url: string;
  let answer: (update: Update) => Answered;
  const received: { words: string; secret: unknown }[] = [];

  beforeEach(async () => {
    telegram = await startEmulatedTelegram({ webhookBackoffMs: 20 });
    api = new Api(telegram.token, { apiRoot: telegram.url });
    received.length = 0;
    answer = () => ({});
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const update = JSON.parse(Buffer.concat(chunks).toString());
        const words = update.callback_query?.data ?? update.message?.text ?? Object.keys(update).at(-1);
        received.push({ words, secret: request.headers['x-telegram-bot-api-secret-token'] });
        const { status = 200, headers = {}, json, afterMs = 0 } = answer(update);
        setTimeout(() => response.writeHead(status, headers).end(json === undefined ? '' : JSON.stringify(json)), afterMs);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/telegram`;
  });
  afterEach(async () => {
    await telegram.close();
    server.closeAllConnections();
    server.close();
  });
  const words = () => received.map(({ words }) => words);
  const gets = async (count: number) => expect.poll(() => received.length).toBe(count);

  it('delivers with the secret, and nobody can poll meanwhile', async () => {
    await api.setWebhook(url, { secret_token: 'abcdefgh12345678' });
    telegram.person('Ada').write('hello');
    await gets(1);
    expect(received).toEqual([{ words: 'hello', secret: 'abcdefgh12345678' }]);
    await expect.poll(() => telegram.pending()).toBe(0);
    await expect(api.getUpdates()).rejects.toMatchObject({ error_code: 409 });
    expect(await api.getWebhookInfo()).toMatchObject({ url, pending_update_count: 0 });
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
  });

  it('tries a refused update again until it is taken: that chat waits, others and clicks do not', async () => {
    const [ada, ben] = ['Ada', 'Ben'].map((name) => telegram.person(name));
    ada!.write('hi');
    const { message_id: card } = await api.sendMessage(ada!.id, 'Well?', {
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
    });
    let refuse = true;
    answer = ({ message }) => (refuse && message?.text === 'poison' ? { status: 500 } : {});
    await api.setWebhook(url, { drop_pending_updates: true });
    ada!.write('poison');
    ada!.write('after it');
    void ada!.press(card, 'Yes');
    ben!.write('from Ben');
    await expect.poll(() => words().filter((each) => each === 'poison').length).toBeGreaterThan(2);
    expect(words()).toEqual(expect.arrayContaining(['yes', 'from Ben']));
    expect(words()).not.toContain('after it');
    expect(await api.getWebhookInfo()).toMatchObject({ last_error_message: expect.stringContaining('500') });
    refuse = false;
    await expect.poll(words).toContain('after it');
    expect(telegram.pending()).toBe(0);
  });

  it('waits as long as Retry-After says', async () => {
    let first = true;
    answer = () => {
      const status = first ? { status: 503, headers: { 'retry-after': '1' } } : {};
      first = false;
      return status;
    };
    await api.setWebhook(url);
    const before = Date.now();
    telegram.person('Ada').write('hello');
    await expect.poll(() => received.length, { timeout: 3_000 }).toBe(2);
    expect(Date.now() - before).toBeGreaterThanOrEqual(990);
  });

  it('does what the answer asks for, but tells nothing by it', async () => {
    const ada = telegram.person('Ada');
    answer = ({ message }) => ({
      json: { method: message?.text === 'leak' ? 'getMe' : 'sendMessage', chat_id: ada.id, text: 'by answer' },
    });
    await api.setWebhook(url);
    ada.write('leak');
    ada.write('say it');
    await telegram.until(ada.id, ({ text }) => text === 'by answer');
    expect(telegram.calls().map(({ method }) => method)).toEqual(['setWebhook', 'sendMessage']);
  });

  it('delivers one chat in order and different ones side by side', async () => {
    answer = () => ({ afterMs: 60 });
    await api.setWebhook(url);
    const before = Date.now();
    const people = Array.from({ length: 10 }, (_, index) => telegram.person(`P${index}`));
    for (const person of people) for (const text of ['1', '2', '3']) person.write(`${person.name} ${text}`);
    await gets(30);
    expect(Date.now() - before).toBeLessThan(1_200);
    for (const { name } of people)
      expect(words().filter((each) => each.startsWith(`${name} `))).toEqual(['1', '2', '3'].map((text) => `${name} ${text}`));
  });
});
