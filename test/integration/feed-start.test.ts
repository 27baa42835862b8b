import { start } from '@watchpost/feed/start';
import { loadConfig } from '@watchpost/feed/config';
import { createLifecycle } from '@watchpost/shared/process/lifecycle';
import { createLogger } from '@watchpost/shared/observability/logger';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';

const freePort = async (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

describe('the feed process', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  it('starts while the database is away, and says what it waits for', async () => {
    const [port, nowhere] = [await freePort(), await freePort()];
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'watchpost-feeds-')), 'feeds.yaml');
    writeFileSync(file, 'feeds:\n  - slug: news\n    channel: C0123456789\n    headline: News\n');
    const config = loadConfig({
      POSTGRES_URL: `postgres://nobody@127.0.0.1:${String(nowhere)}/none`,
      FEEDS_FILE: file,
      FEED_PORT: String(port),
      HOST: '127.0.0.1',
    });
    const log = createLogger('test', 'silent');
    const lifecycle = createLifecycle({ log, graceMs: 5_000 });
    stops.push(async () => lifecycle.stop('the test is over'));
    await start(config, log, lifecycle);
    const url = `http://127.0.0.1:${String(port)}`;
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { waitingFor: ['database', 'feeds'] }]);
    const feed = await fetch(`${url}/feeds/news`);
    expect([feed.status, await feed.json()]).toMatchObject([503, { error: { code: 'feed-not-ready' } }]);
    expect(await (await fetch(`${url}/feeds`)).json()).toMatchObject({ feeds: [{ slug: 'news' }] });
    // A reader who follows is not sent away for good.
    const events = await fetch(`${url}/feeds/news/events`);
    expect([events.status, events.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('watchpost_feed_readers 0');
    const began = Date.now();
    await lifecycle.stop('the test is over');
    expect(Date.now() - began).toBeLessThan(4_000);
    await until('nobody listens', async () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
    await events.text().catch(() => '');
  });
});
