import { AppError } from '@watchpost/shared/errors';
import { createRuns } from '@watchpost/schedule/store/runs';
import { recordLostRun } from '@watchpost/worker/scheduled/lost-run';
import { describe, expect, it } from 'vitest';
import { scheduleRig } from '../../../support/schedule-rig.ts';

const never = new AbortController().signal;
const url = 'https://example.org/feed';
const feed = (...titles: string[]): string =>
  `<rss version="2.0"><channel><title>t</title>${titles
    .map((title) => `<item><title>${title}</title><guid>${title}</guid></item>`)
    .join('')}</channel></rss>`;
const news = (more = ''): string => `
timeZone: Europe/Zurich
jobs:
  - name: news
    every: 1m
    ${more}
    fetch: { url: "${url}", as: feed }
    store: { into: news }
    post: { to: ["slack:C1", "slack:C2"], text: "New:", item: "{title}" }
`;

describe('a run of a job on a schedule', () => {
  it('that is never to be made up is done all the same when the queue takes a moment', async () => {
    const rig = scheduleRig(news('late: 0s'), { startMs: Date.parse('2026-11-22T12:00:03Z') });
    rig.pages.set(url, feed('one'));
    expect(await rig.run('news')).toBeUndefined();
    expect(rig.notices.size).toBe(2);
  });

  it('comes at its time although a clock was a year ahead once', async () => {
    const rig = scheduleRig(news());
    rig.pages.set(url, feed('one'));
    const yearMs = 365 * 86_400_000;
    rig.pass(yearMs);
    await rig.run('news');
    rig.pass(-yearMs);
    rig.pages.set(url, feed('two'));
    expect(await rig.run('news')).toBeUndefined();
    expect(rig.said().join()).toContain('two');
  });

  it('does not wait behind a server that asks for more patience than there is until the next one, and tells admins', async () => {
    const rig = scheduleRig(news());
    const asks = { ...rig.scheduling };
    let asked = 0;
    asks.fetchOutside = async () => {
      asked += 1;
      throw new AppError('fetch-failed', 'example.org answered 503', { retryAfterMs: 300_000 });
    };
    rig.scheduling.fetchOutside = asks.fetchOutside;
    await expect(rig.run('news', undefined, false)).rejects.toMatchObject({ retry: 'permanent', message: 'example.org answered 503' });
    expect(rig.alerts).toEqual(['scheduled-news']);
    for (let minutes = 1; minutes < 5; minutes += 1) {
      rig.pass(60_000);
      expect(await rig.run('news')).toBe('idle');
    }
    expect(asked).toBe(1);
    rig.pass(60_000);
    await expect(rig.run('news')).rejects.toMatchObject({ code: 'fetch-refused' });
    expect(asked).toBe(2);
  });

  it('of a day gives a server that asks for patience an hour in all', async () => {
    const rig = scheduleRig(news().replace('every: 1m', 'cron: "0 13 * * *"'));
    rig.scheduling.fetchOutside = async () => {
      throw new AppError('fetch-failed', 'example.org answered 503', { retryAfterMs: 600_000 });
    };
    for (let tries = 0; tries < 6; tries += 1) {
      await expect(rig.run('news')).rejects.toMatchObject({ retry: 'transient' });
      rig.pass(600_000);
    }
    expect(rig.alerts).toEqual([]);
    await expect(rig.run('news')).rejects.toMatchObject({ retry: 'permanent' });
    expect(rig.alerts).toEqual(['scheduled-news']);
  });

  it('whose workers died has failed, and admins hear of it', async () => {
    const rig = scheduleRig(news());
    const runs = createRuns(rig.documents);
    const died = new Error('killed');
    rig.step.before = () => {
      throw died;
    };
    await rig.run('news').catch(() => undefined);
    const last = await runs.last('news', never);
    if (!last) throw new Error('no run');
    await runs.save('news', { ...last, state: 'running', error: null }, never);
    const raised: { topic: string; text: string }[] = [];
    const alerts = { raise: (alert: { topic: string; text: string }) => void raised.push(alert) };
    const lost = new AppError('job-worker-lost', 'three workers died while running this job');
    await recordLostRun({ name: 'news' }, lost, { documents: rig.documents, alerts, now: rig.now }, never);
    expect(raised).toMatchObject([
      { topic: 'scheduled-news', text: 'The job news on a schedule failed: three workers died while running this job' },
    ]);
    expect(await runs.last('news', never)).toMatchObject({ state: 'failed', error: 'three workers died while running this job' });
    rig.step.before = () => undefined;
    rig.pass(60_000);
    rig.pages.set(url, feed('one'));
    await rig.run('news');
    expect(rig.alerts.at(-1)).toBe('clear scheduled-news');
  });

  it('follows no page of the internet into our own network', async () => {
    const rig = scheduleRig(news());
    const own = 'http://nas.example.internal:8080';
    rig.scheduling.privateOrigins = [own];
    rig.pages.set(url, feed('one'));
    await rig.run('news');
    expect(rig.asked[0]?.options.privateOrigins).toEqual([]);
    const ours = scheduleRig(news().replaceAll(url, `${own}/feed`));
    ours.scheduling.privateOrigins = [own];
    ours.pages.set(`${own}/feed`, feed('one'));
    await ours.run('news');
    expect(ours.asked[0]?.options.privateOrigins).toEqual([own]);
  });
});
