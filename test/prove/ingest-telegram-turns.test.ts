import { startApp, type App } from '@watchpost/bench/servers/app';
import { startEmulatedTelegram, type EmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';
import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

describeWith(['postgres'], 'two processes that ask Telegram, with one database', () => {
  let database: Service | undefined;
  let telegram: EmulatedTelegram | undefined;
  const apps: App[] = [];

  afterEach(async () => {
    await Promise.all(apps.splice(0).map(async (app) => app.stop('SIGKILL')));
    await telegram?.close();
    await database?.stop();
  });

  it('take turns: the second one asks soon after the first was killed, and gets what nobody has taken', async () => {
    const { url } = (database = await postgres({ own: true }));
    const bot = (telegram = await startEmulatedTelegram());
    const ada = bot.person('Ada');
    const boot = async (): Promise<App> => {
      const app = await startApp(
        'ingest',
        { POSTGRES_URL: url, TELEGRAM_BOT_TOKEN: bot.token, TELEGRAM_API_URL: bot.url },
        { until: 'live' },
      );
      apps.push(app);
      return app;
    };
    const polls = async (app: App): Promise<boolean> =>
      (await (await fetch(`${app.url}/metrics`)).text()).includes('\nwatchpost_ingest_telegram_polling 1\n');
    const first = await boot();
    await until('the first asks', async () => polls(first));
    const second = await boot();
    await until('the second waits', () => second.log().includes('another process asks Telegram'));
    expect(await polls(second)).toBe(false);
    ada.write('to the first');
    await until('it is confirmed', () => bot.pending() === 0);
    await first.stop('SIGKILL');
    ada.write('to the second');
    await until('the second asks', async () => polls(second));
    await until('it is confirmed', () => bot.pending() === 0);
    expect(first.log() + second.log()).not.toContain('another program');
  }, 90_000);
});
