import { createClicks } from '@watchpost/ingest/platforms/telegram/clicks';
import { startPolling } from '@watchpost/ingest/platforms/telegram/polling/poll';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import type { TalkJob } from '@watchpost/shared/jobs/talk-job';
import { startEmulatedTelegram, type EmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';
import { createTelegramApi } from '@watchpost/telegram/api';
import { packTalk } from '@watchpost/telegram/callback-data';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../support/memory-documents.ts';
import { telegramRig, type TelegramDoorRig } from '../support/telegram-door-rig.ts';
import { until } from '../support/until.ts';

const times = { backoff: { firstMs: 10, maxMs: 50 }, repairMs: 50, leaseMs: 500, renewMs: 50, lookMs: 20, databaseMs: 500 };

describe('asking Telegram for updates', () => {
  let telegram: EmulatedTelegram;
  let api: ReturnType<typeof createTelegramApi>;
  let ended: AbortController[];
  let dones: Promise<void>[];

  beforeEach(async () => {
    telegram = await startEmulatedTelegram();
    api = createTelegramApi({ token: telegram.token, apiUrl: telegram.url, timeoutMs: 2_000 });
    [ended, dones] = [[], []];
  });
  afterEach(async () => {
    for (const each of ended) each.abort();
    await Promise.all(dones);
    await telegram.close();
  });

  const poll = (rig: TelegramDoorRig, documents: DocumentStore | null = null) => {
    const end = new AbortController();
    const { log, takeUpdate, telegramMetrics } = rig;
    const polling = startPolling(
      {
        api,
        takeUpdate,
        clicks: createClicks({ api, telegramMetrics, log, now: Date.now }),
        documents: documents && (async () => documents),
        bot: telegram.botId,
        identified: Promise.resolve(),
        telegramMetrics,
        log,
        times,
      },
      end.signal,
    );
    ended.push(end);
    dones.push(polling.done);
    const stop = async (): Promise<void> => {
      end.abort();
      await polling.done;
    };
    return { ...polling, stop };
  };
  const texts = (rig: TelegramDoorRig): string[] => rig.sent.map((job) => rig.textOf(job));
  const all = async (rig: TelegramDoorRig, count: number) => until(`${String(count)} are queued`, () => rig.sent.length >= count);

  it('queues what people write, in the order of each chat, and confirms it', async () => {
    const rig = telegramRig();
    const { check } = poll(rig);
    const [ada, grace] = [telegram.person('Ada'), telegram.person('Grace')];
    for (const text of ['1', '2', '3']) {
      ada.write(text);
      grace.write(text);
    }
    await all(rig, 6);
    await until('all is confirmed', () => telegram.pending() === 0);
    for (const person of [ada, grace]) {
      const jobs = (rig.sent as TalkJob[]).filter(({ by }) => by.member === String(person.id));
      expect(jobs.map((job) => rig.textOf(job))).toEqual(['1', '2', '3']);
      expect(jobs.map(({ after }) => after)).toEqual([null, jobs[0]?.id, jobs[1]?.id]);
    }
    expect(check()).toBe(true);
    expect(await rig.metrics()).toMatch(/^watchpost_ingest_telegram_polling 1$/m);
  });

  it('answers a click at once, although the queue is slow for it', async () => {
    const rig = telegramRig();
    poll(rig);
    const ada = telegram.person('Ada');
    ada.write('/start');
    await all(rig, 1);
    const buttons = {
      reply_markup: {
        inline_keyboard: [
          [
            { text: 'Go', callback_data: packTalk('abc|go') },
            { text: 'Old', callback_data: 'zzz' },
          ],
        ],
      },
    };
    const { message_id: id } = await api.sendMessage(ada.id, 'Well?', buttons);
    expect(await ada.press(id, 'Go')).toEqual({ text: null, alert: false });
    expect(await ada.press(id, 'Old')).toMatchObject({ text: expect.stringContaining('too old') });
    expect(rig.sent.at(-1)).toMatchObject({ kind: 'talk', what: { did: 'pressed', messageId: String(id), data: 'abc|go' } });
  });

  it('stops at once, and what it has not confirmed the next one gets', async () => {
    const rig = telegramRig();
    const first = poll(rig);
    await until('it asks', () => telegram.calls().some(({ method }) => method === 'getUpdates'));
    const before = performance.now();
    await first.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    telegram.person('Ada').write('meanwhile');
    expect(telegram.pending()).toBe(1);
    poll(rig);
    await all(rig, 1);
    expect(texts(rig)).toEqual(['meanwhile']);
  });

  it('while the queue is away nothing is confirmed, and nothing is lost or turned round', async () => {
    const rig = telegramRig();
    const waiting: number[] = [];
    rig.fail((job) => {
      if (job.kind !== 'talk' || rig.sent.length === 0 || waiting.length === 8) return null;
      waiting.push(telegram.pending());
      return new AppError('queue-unavailable', 'away');
    });
    const ada = telegram.person('Ada');
    for (const text of ['1', '2', '3']) ada.write(text);
    poll(rig);
    await until('all is confirmed', () => telegram.pending() === 0 && waiting.length === 8);
    expect(waiting).toEqual(Array.from({ length: 8 }, () => 3));
    const firsts = new Map((rig.sent as TalkJob[]).map((job) => [job.id, rig.textOf(job)]));
    expect([...firsts.values()]).toEqual(['1', '2', '3']);
    // The queue takes each id once: what came first counts.
    const once = (rig.sent as TalkJob[]).filter(({ id }, index, jobs) => jobs.findIndex((job) => job.id === id) === index);
    expect(once.map(({ after }) => after)).toEqual([null, once[0]?.id, once[1]?.id]);
  });

  it('what can never be understood is confirmed like all else', async () => {
    const rig = telegramRig();
    rig.fail((job) => (job.kind === 'talk' && rig.textOf(job) === 'poison' ? new TypeError('our mistake') : null));
    poll(rig);
    const ada = telegram.person('Ada');
    ada.write('poison');
    ada.write('after it');
    await all(rig, 1);
    await until('both are confirmed', () => telegram.pending() === 0);
    expect(texts(rig)).toEqual(['after it']);
  });

  it.each([
    ['429', { answer: 'error', code: 429, description: 'Too Many Requests: retry after 1', retryAfterS: 1 }],
    ['502', { answer: 'error', code: 502, description: 'Bad Gateway' }],
    ['HTML', { answer: 'html', status: 200 }],
    ['a cut connection', { answer: 'cut', afterDoing: false }],
  ] as const)('goes on after %s', async (_what, fault) => {
    telegram.fail('getUpdates', fault);
    const rig = telegramRig();
    telegram.person('Ada').write('hello');
    poll(rig);
    await all(rig, 1);
    expect(texts(rig)).toEqual(['hello']);
    expect(rig.logged.join('')).not.toContain(telegram.token);
  });

  it('a token that Telegram refuses is said, without it, until it is accepted', async () => {
    for (let times = 0; times < 2; times += 1) telegram.fail('getUpdates', { answer: 'error', code: 401, description: 'Unauthorized' });
    const rig = telegramRig();
    const { check } = poll(rig);
    const said = await until('it is said', () => {
      const state = check();
      return typeof state === 'string' ? state : undefined;
    });
    expect(said).not.toContain(telegram.token);
    await until('it is accepted', () => check() === true);
    telegram.person('Ada').write('hello');
    await all(rig, 1);
  });

  it('asks nothing while Telegram delivers to an address, and says how to end that', async () => {
    await api.setWebhook('http://127.0.0.1:9/hook-with-a-secret');
    const rig = telegramRig();
    const { check } = poll(rig);
    await until('it is said', () => typeof check() === 'string');
    expect(check()).toContain('127.0.0.1:9');
    expect(check()).toContain('deleteWebhook');
    expect(check()).not.toContain('hook-with-a-secret');
    expect(telegram.calls().some(({ method }) => method === 'getUpdates' || method === 'deleteWebhook')).toBe(false);
    await api.deleteWebhook();
    telegram.person('Ada').write('now');
    await all(rig, 1);
    expect(check()).toBe(true);
  });

  it('with a database one process asks; when it dies or stops, the other one does', async () => {
    const documents = createMemoryDocuments();
    const [one, two] = [telegramRig(), telegramRig()];
    const first = poll(one, documents);
    await until('the first asks', () => first.check() === true && telegram.calls().some(({ method }) => method === 'getUpdates'));
    const second = poll(two, documents);
    await until('the second waits', () => two.logged.some((line) => line.includes('this one waits')));
    expect(second.check()).toBe(true);
    const ada = telegram.person('Ada');
    ada.write('to the first');
    await all(one, 1);
    await first.stop();
    ada.write('to the second');
    await all(two, 1);
    expect([texts(one), texts(two)]).toEqual([['to the first'], ['to the second']]);
    expect(one.logged.concat(two.logged).join('')).not.toContain('Conflict');
  });

  it('whoever lost the lease to another process asks no more', async () => {
    const documents = createMemoryDocuments();
    const [one, two] = [telegramRig(), telegramRig()];
    poll(one, documents);
    await until('the first asks', () => telegram.calls().some(({ method }) => method === 'getUpdates'));
    // As after a long pause of the first process: its lease has run out, and somebody else has taken it.
    const { document, nowMs } = await documents.get('lease', `telegram-polling-${String(telegram.botId)}`, new AbortController().signal);
    await documents.put({ ...document!, body: { holder: 'another', untilMs: nowMs + 60_000 } }, new AbortController().signal);
    await until('it waits', () => one.logged.some((line) => line.includes('this one waits')));
    telegram.person('Ada').write('to nobody of us');
    poll(two);
    await all(two, 1);
    expect(one.sent).toEqual([]);
  });

  it('without a database two share the updates badly, say so, and lose none', async () => {
    const [one, two] = [telegramRig(), telegramRig()];
    const pollers = [poll(one), poll(two)];
    await until('somebody says so', () => pollers.some(({ check }) => String(check()).includes('another program')));
    const ada = telegram.person('Ada');
    for (const text of ['1', '2', '3', '4']) ada.write(text);
    await until('all are queued', () => new Set([...texts(one), ...texts(two)]).size === 4);
    expect(telegram.pending()).toBeLessThanOrEqual(4);
  });

  it('whoever began while the database was away, and meets another one, learns of it and waits', async () => {
    const documents = createMemoryDocuments();
    const [one, two] = [telegramRig(), telegramRig()];
    poll(one, documents);
    await until('the first asks', () => telegram.calls().some(({ method }) => method === 'getUpdates'));
    let calls = 0;
    const late: DocumentStore = {
      ...documents,
      get: async (...args) => (calls++ === 0 ? Promise.reject(new AppError('gallery-unavailable', 'away')) : documents.get(...args)),
    };
    const second = poll(two, late);
    await until('the second waits', () => two.logged.some((line) => line.includes('this one waits')));
    telegram.person('Ada').write('to the first');
    await all(one, 1);
    expect([second.check(), texts(two)]).toEqual([true, []]);
  });

  it('a database that does not answer keeps nobody from asking', async () => {
    const away = createMemoryDocuments();
    const failing: DocumentStore = { ...away, get: async () => Promise.reject(new AppError('gallery-unavailable', 'away')) };
    const rig = telegramRig();
    poll(rig, failing);
    telegram.person('Ada').write('hello');
    await all(rig, 1);
    expect(texts(rig)).toEqual(['hello']);
  });
});
