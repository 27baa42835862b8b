import { describe, expect, it } from 'vitest';
import { scheduleRig } from '../../../support/schedule-rig.ts';

const url = 'https://example.org/feed';
const feed = (...titles: string[]): string =>
  `<rss version="2.0"><channel><title>t</title>${titles
    .map((title) => `<item><title>${title}</title><link>https://example.org/${title}</link><guid>${title}</guid></item>`)
    .join('')}</channel></rss>`;
const news = (more = '', most = 5): string => `
timeZone: Europe/Zurich
jobs:
  - name: news
    every: 10m
    fetch: { url: "${url}", as: feed }
    store: { into: news, keep: 90d }
    post: { to: "slack:C1", item: "{title} {link}", most: ${String(most)}${more} }
`;

describe('a run of a job on a schedule', () => {
  it('tells of what is new, the oldest first, and once', async () => {
    const rig = scheduleRig(news());
    rig.pages.set(url, feed('two', 'one'));
    await rig.run('news');
    expect(rig.said()).toEqual(['one https://example.org/one', 'two https://example.org/two']);
    rig.pass(600_000);
    rig.pages.set(url, feed('three', 'two', 'one'));
    await rig.run('news');
    expect(rig.said().slice(2)).toEqual(['three https://example.org/three']);
    rig.pass(600_000);
    await rig.run('news');
    expect(rig.notices.size).toBe(3);
    expect(rig.offered).toHaveLength(3);
  });

  it('is done once, however often the queue asks for it', async () => {
    const rig = scheduleRig(news());
    rig.pages.set(url, feed('one'));
    expect(await rig.run('news')).toBeUndefined();
    expect(await rig.run('news')).toBe('idle');
    expect(rig.asked).toHaveLength(1);
    rig.pass(600_000);
    expect(await rig.run('news')).toBeUndefined();
    expect(rig.asked).toHaveLength(2);
  });

  it('is left out when it is too late for it, and made up while it is not', async () => {
    const daily = news().replace('every: 10m', 'cron: "0 7 * * *"\n    late: 2h');
    const rig = scheduleRig(daily, { startMs: Date.parse('2026-11-22T07:59:00Z') });
    rig.pages.set(url, feed('one'));
    expect(await rig.run('news')).toBeUndefined();
    const late = scheduleRig(daily, { startMs: Date.parse('2026-11-22T08:01:00Z') });
    late.pages.set(url, feed('one'));
    expect(await late.run('news')).toBe('idle');
    expect(late.asked).toEqual([]);
    expect(await late.scheduling.runs.last('news', new AbortController().signal)).toMatchObject({ state: 'skipped' });
    expect(await late.run('news', late.now())).toBeUndefined();
    expect(late.notices.size).toBe(1);
  });

  it('does not flood a channel: of very many new items the newest are posted', async () => {
    const rig = scheduleRig(news('', 2));
    rig.pages.set(url, feed('d', 'c', 'b', 'a'));
    await rig.run('news');
    expect(rig.said().map((text) => text[0])).toEqual(['c', 'd']);
    rig.pass(600_000);
    await rig.run('news');
    expect(rig.notices.size).toBe(2);
  });

  it('waits for the hours in which it may tell', async () => {
    const rig = scheduleRig(news(', between: "14:00-22:00"'));
    rig.pages.set(url, feed('one'));
    await rig.run('news');
    expect(rig.said()).toEqual([]);
    rig.pages.set(url, feed());
    rig.pass(3_600_000);
    await rig.run('news');
    expect(rig.said()).toEqual(['one https://example.org/one']);
  });

  it('raises an alert when the last attempt failed, and takes it back when it works again', async () => {
    const rig = scheduleRig(news());
    await expect(rig.run('news', undefined, false)).rejects.toMatchObject({ code: 'fetch-failed' });
    expect(rig.alerts).toEqual([]);
    await expect(rig.run('news')).rejects.toMatchObject({ code: 'fetch-failed' });
    expect(rig.alerts).toEqual(['scheduled-news']);
    rig.pages.set(url, feed('one'));
    await rig.run('news');
    expect(rig.alerts.at(-1)).toBe('clear scheduled-news');
    expect(rig.notices.size).toBe(1);
  });

  it('leaves what has left the file', async () => {
    const rig = scheduleRig(news());
    rig.change('jobs: []');
    expect(await rig.run('news')).toBe('idle');
  });

  it('says so at once where it posts to a platform that is not there', async () => {
    const rig = scheduleRig(news().replace('slack:C1', 'signal:1'));
    rig.pages.set(url, feed('one'));
    await expect(rig.run('news')).rejects.toMatchObject({ code: 'job-invalid' });
    expect(rig.alerts).toEqual(['scheduled-news']);
  });
});
