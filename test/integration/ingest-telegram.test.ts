import { startApp, type App } from '@watchpost/bench/servers/app';
import { talkJobs, type TalkJob } from '@watchpost/shared/jobs/talk-job';
import { startEmulatedTelegram, type EmulatedTelegram, type TelegramPerson } from '@watchpost/standalone/telegram/emulated-telegram';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { queueBackends } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { message, update } from '../support/telegram-updates.ts';
import { until } from '../support/until.ts';

const [backend] = queueBackends;
if (!backend) throw new Error('no queue');
const secret = 'the-secret-of-the-webhook';
const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z',
  'base64',
);

describeWith(backend.needs, 'ingest with Telegram alone', () => {
  let queue: Service;
  let telegram: EmulatedTelegram;
  let apps: App[];
  let cameras: number;
  let ada: TelegramPerson;
  let groups = 0;

  beforeAll(async () => {
    queue = await backend.start({ own: true });
  }, 60_000);
  afterAll(async () => queue?.stop());
  beforeEach(async () => {
    // Each test has a bot of its own, and so jobs of its own.
    telegram = await startEmulatedTelegram({
      token: `7000${String((groups += 1))}:AAEmulatedTelegramBotTokenForTests_0`,
      webhookBackoffMs: 50,
    });
    ada = telegram.person('Ada');
    cameras = telegram.group('Cameras', [ada]);
    apps = [];
  });
  afterEach(async () => {
    await Promise.all(apps.map(async (app) => app.stop('SIGKILL')));
    await telegram.close();
  });

  const boot = async (env: Record<string, string> = {}, redisUrl = queue.url): Promise<App> => {
    const app = await startApp(
      'ingest',
      {
        REDIS_URL: redisUrl,
        TELEGRAM_BOT_TOKEN: telegram.token,
        TELEGRAM_API_URL: telegram.url,
        READ_TELEGRAM_CHAT_ID: String(cameras),
        WRITE_TELEGRAM_CHAT_ID: String(cameras),
        LOG_LEVEL: 'debug',
        SHUTDOWN_GRACE_MS: '5000',
        ...env,
      },
      { until: 'live' },
    );
    apps.push(app);
    return app;
  };
  const jobs = async (name: string) => {
    const raw = backend.raw(queue.url, name);
    try {
      const found = await raw.getJobs(['waiting', 'prioritized', 'delayed']);
      return found
        .map(({ data }) => data as { id?: string; snapshotId?: string })
        .filter((job) => JSON.stringify(job).includes(`telegram-${String(telegram.botId)}-`));
    } finally {
      await raw.close();
    }
  };
  const talks = async (): Promise<TalkJob[]> => (await jobs(talkJobs.queue)).map((job) => talkJobs.schema.parse(job));
  const said = async (count: number): Promise<TalkJob[]> =>
    until(`${String(count)} are in the queue`, async () => {
      const found = (await talks()).filter(({ what }) => what.did === 'said');
      return found.length >= count ? found : undefined;
    });
  const isReady = async ({ url }: App) => until('it is ready', async () => (await fetch(`${url}/health/ready`)).status === 200);

  it('asks for updates without any address, and is ready', async () => {
    const app = await boot();
    await isReady(app);
    ada.write('hello');
    ada.sendPhoto(jpeg, { chat: cameras, caption: 'Motion at Gate' });
    expect(await said(1)).toMatchObject([{ isPrivate: true, chat: `telegram:${String(ada.id)}`, by: { member: String(ada.id) } }]);
    await until('the picture is queued', async () => (await jobs('snapshots')).length === 1);
    expect(await jobs('snapshots')).toMatchObject([{ camera: 'Gate', channel: `telegram:${String(cameras)}` }]);
    expect((await fetch(`${app.url}/api/telegram`, { method: 'POST' })).status).toBe(404);
    expect(await app.stop()).toBe(0);
    expect(app.log()).not.toContain(telegram.token);
    expect(app.log()).not.toContain('hello');
  });

  it('with Slack beside it, both are served, and neither waits for the other', async () => {
    const slack = { SLACK_API_TOKEN: 'xoxb-beside', READ_SLACK_CHANNEL_ID: 'C0CAMS', WRITE_SLACK_CHANNEL_ID: 'C0RESULTS' };
    const app = await boot({
      ...slack,
      SLACK_SIGNING_SECRET: 'beside',
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
      TELEGRAM_WEBHOOK_SECRET: secret,
    });
    const posted = async (path: string, headers: Record<string, string>): Promise<number> => {
      const body = JSON.stringify(
        update('message', message({ from: { id: 5, is_bot: false }, chat: { id: 5, type: 'private' }, text: 'hello' })),
      );
      return (await fetch(`${app.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }))
        .status;
    };
    expect(await posted('/api/events', {})).toBe(401);
    expect(await posted('/api/telegram', {})).toBe(401);
    expect(await posted('/api/telegram', { 'x-telegram-bot-api-secret-token': secret })).toBe(200);
    expect(await said(1)).toMatchObject([{ chat: 'telegram:5' }]);
  });

  it('killed again and again while it asks, it loses nothing and queues nothing twice', async () => {
    let app = await boot();
    const texts = Array.from({ length: 60 }, (_, index) => `message ${String(index)}`);
    for (const [index, text] of texts.entries()) {
      ada.write(text);
      if (index % 20 !== 19) continue;
      await until('some of it is queued', async () => (await talks()).length >= index - 18);
      await app.stop('SIGKILL');
      app = await boot();
    }
    const found = await said(texts.length);
    const ids = found.map(({ what }) => ('messageId' in what ? Number(what.messageId) : 0));
    expect(ids).toHaveLength(texts.length);
    expect(new Set(ids).size).toBe(texts.length);
    await until('all is confirmed', () => telegram.pending() === 0);
  }, 60_000);

  it('takes what Telegram delivers to its address, also twice and clicks first, and tells Telegram the address', async () => {
    telegram.deliver({ copies: 2, clicksFirst: true });
    const app = await boot({ TELEGRAM_WEBHOOK_SECRET: secret, TELEGRAM_WEBHOOK_URL: 'http://127.0.0.1:9' });
    await until('Telegram knows the address', () => telegram.calls().some(({ method }) => method === 'setWebhook'));
    expect(telegram.calls().find(({ method }) => method === 'setWebhook')?.payload).toMatchObject({
      url: 'http://127.0.0.1:9/api/telegram',
      secret_token: secret,
    });
    await fetch(
      `${telegram.url}/bot${telegram.token}/setWebhook?url=${encodeURIComponent(`${app.url}/api/telegram`)}&secret_token=${secret}`,
    );
    for (const text of ['1', '2', '3']) ada.write(text);
    const found = await said(3);
    await until('all is delivered', () => telegram.pending() === 0);
    expect(await talks()).toHaveLength(found.length + 1);
    expect(found.map(({ after }) => after).filter((after) => after !== null).length).toBeGreaterThanOrEqual(2);
  });

  it('killed while Telegram delivers, the next one gets what was not acknowledged', async () => {
    const first = await boot({ TELEGRAM_WEBHOOK_SECRET: secret });
    const hook = async (app: App) =>
      fetch(`${telegram.url}/bot${telegram.token}/setWebhook?url=${encodeURIComponent(`${app.url}/api/telegram`)}&secret_token=${secret}`);
    await hook(first);
    const people = Array.from({ length: 20 }, (_, index) => telegram.person(`Person ${String(index)}`));
    for (const person of people) for (const text of ['1', '2', '3']) person.write(text);
    await until('some are queued', async () => (await talks()).length > 5);
    await first.stop('SIGKILL');
    await hook(await boot({ TELEGRAM_WEBHOOK_SECRET: secret }));
    const found = await said(60);
    expect(new Set(found.map(({ id }) => id)).size).toBe(60);
    await until('all is delivered', () => telegram.pending() === 0);
  }, 60_000);

  it('acknowledges nothing while the queue is away, and says when to come again', async () => {
    const own = await backend.start({ own: true });
    const app = await boot({ TELEGRAM_WEBHOOK_SECRET: secret }, own.url);
    const post = async (text: string) =>
      fetch(`${app.url}/api/telegram`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
        body: JSON.stringify(update('message', message({ text }))),
      });
    await until('it takes the first', async () => (await post('before')).status === 200);
    await own.stop();
    const refused = await post('meanwhile');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(app.log()).not.toContain('meanwhile');
  }, 60_000);

  it('an address that somebody else has set is neither removed nor asked past', async () => {
    await fetch(`${telegram.url}/bot${telegram.token}/setWebhook?url=${encodeURIComponent('https://other.example/hook')}`);
    const app = await boot();
    const reasons = await until('it says so', async () => {
      const { reasons } = (await (await fetch(`${app.url}/health/ready`)).json()) as { reasons?: Record<string, string> };
      return reasons?.['telegram-polling'];
    });
    expect(reasons).toContain('other.example');
    expect(telegram.calls().map(({ method }) => method)).not.toContain('deleteWebhook');
  });
});
