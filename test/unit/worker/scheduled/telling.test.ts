import { mailSchema } from '@watchpost/shared/jobs/mail-job';
import { createQuotes } from '@watchpost/talk/quotes';
import { describe, expect, it } from 'vitest';
import { scheduleRig } from '../../../support/schedule-rig.ts';

const url = 'https://example.org/page';
const job = (rest: string): string => `
timeZone: Europe/Zurich
jobs:
  - name: it
    cron: "0 13 * * *"
${rest}`;

describe('what a job on a schedule tells', () => {
  it('our own numbers in a daily line', async () => {
    const rig = scheduleRig(
      job('    numbers: own\n    post: { to: "slack:C1", text: "I am up ({today} {now}): {snapshots} snapshots, {people} people." }'),
    );
    await rig.run('it');
    expect(rig.said()).toEqual(['I am up (2026-11-22 13:00): 120 snapshots, 7 people.']);
  });

  it('one message with a line for each item, and how many more there are', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: json }
    pick: { items: "$.data[*]", fields: { title: "$.title", up: { at: "$.ups", as: number } } }
    post: { to: ["slack:C1", "slack:C2"], text: "Top of {count}:", item: "{up} {title}", most: 2 }`).replace(
        'post: {',
        'post: { when: always, ',
      ),
    );
    rig.pages.set(url, JSON.stringify({ data: [{ title: 'a', ups: 1 }, { title: 'b', ups: 2 }, { title: 'c' }] }));
    await rig.run('it');
    expect(rig.said()).toEqual(['Top of 3:\n1 a\n2 b\n… and 1 more', 'Top of 3:\n1 a\n2 b\n… and 1 more']);
    expect([...rig.notices.values()].map(({ to }) => to)).toEqual([{ channel: 'slack:C1' }, { channel: 'slack:C2' }]);
  });

  it('counts what a message has no room for', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: json }
    pick: { items: "$[*]", fields: { title: "$" } }
    post: { to: "slack:C1", when: always, text: "Top:", item: "{title}" }`),
    );
    rig.pages.set(url, JSON.stringify(Array.from({ length: 20 }, (_, at) => `${String(at)} ${'long '.repeat(90)}`)));
    await rig.run('it');
    const [said = ''] = rig.said();
    expect(said.length).toBeLessThanOrEqual(4_096);
    expect(said.split('\n').at(-1)).toBe('… and 13 more');
  });

  it('mails once, with a subject of one item', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: text }
    mail: { to: ops@example.org, subject: "Motto {today}", text: "{text}" }`),
    );
    rig.pages.set(url, ' Be   kind.\n');
    await rig.run('it');
    expect([...rig.mails.values()]).toEqual([{ to: ['ops@example.org'], subject: 'Motto 2026-11-22', text: 'Be kind.' }]);
  });

  it('mails with a subject although its fields are not there', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: json }
    pick: { fields: { title: "$.title", text: "$.text" } }
    mail: { to: ops@example.org, subject: "{title}", text: "{text}" }`),
    );
    rig.pages.set(url, '{"text":"Hello"}');
    await rig.run('it');
    for (const mail of rig.mails.values()) expect(mailSchema.parse(mail).subject).toBe('it');
    expect(rig.mails.size).toBe(1);
  });

  it('keeps quotes whatever a page says their tags are, and goes on', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: json }
    pick: { items: "$[*]", fields: { text: "$.q", author: "$.a", tags: "$.t" } }
    store: { into: quotes, key: text }
    post: { to: "slack:C1", item: "{text}" }`),
    );
    const quotes = createQuotes(rig.documents);
    rig.scheduling.addQuote = async (quote, signal) => void (await quotes.add(quote, signal));
    const never = new AbortController().signal;
    rig.pages.set(url, JSON.stringify([{ q: 'Be kind.', a: 'x'.repeat(3_900), t: `life & love, C++, ${'w'.repeat(60)}, ok` }]));
    await rig.run('it');
    const { quotes: kept } = await quotes.page({ tag: null, limit: 5, cursor: null }, never);
    expect(kept).toMatchObject([{ text: 'Be kind.', tags: ['life', 'love', 'ok'] }]);
    expect(rig.said()).toEqual(['Be kind.']);
  });

  it('nothing where nothing is to be said', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: json }
    pick: { fields: { title: "$.title", up: "$.up" } }
    post: { to: "slack:C1", text: "{title}" }`),
    );
    rig.pages.set(url, '{"up":1}');
    await rig.run('it');
    expect(rig.said()).toEqual([]);
  });

  it('a chart with its post', async () => {
    const rig = scheduleRig(
      job(`    fetch: { url: "${url}", as: html }
    pick: { items: tr, fields: { name: th, price: { at: td, as: number } } }
    store: { into: shares, key: [name, at], keep: 1d }
    post: { to: "slack:C1", item: "{name}: {price}", text: "Shares", chart: { of: shares, value: price, by: name } }`),
    );
    rig.pages.set(url, "<table><tr><th>ACME</th><td>CHF 1'234.50</td></tr><tr><th>Beta</th><td>7</td></tr></table>");
    await rig.run('it');
    const [notice] = rig.notices.values();
    expect(notice?.chart).toMatchObject({ of: 'shares', value: 'price', by: 'name', timeZone: 'Europe/Zurich' });
    expect(notice?.post?.picture).toEqual({ title: 'shares: price', altText: 'Chart of shares: price' });
    expect(rig.said()).toEqual(['Shares\nACME: 1234.5\nBeta: 7']);
  });

  it('sends secrets in headers, over https only', async () => {
    const yaml = (address: string) =>
      job(`    fetch: { url: "${address}", as: text, headers: { authorization: "Bearer \${secret:shop}" } }
    post: { to: "slack:C1", text: "{text}" }`);
    const rig = scheduleRig(yaml(url));
    rig.pages.set(url, 'x');
    await rig.run('it');
    expect(rig.asked[0]?.options.headers).toMatchObject({ authorization: 'Bearer sesame' });
    const open = scheduleRig(yaml('http://example.org/'));
    open.pages.set('http://example.org/', 'x');
    await expect(open.run('it')).rejects.toMatchObject({ code: 'schedule-invalid' });
    expect(open.asked).toEqual([]);
    const unknown = scheduleRig(yaml(url).replace('secret:shop', 'secret:none'));
    await expect(unknown.run('it')).rejects.toMatchObject({ message: 'SCHEDULE_SECRETS has no none' });
  });
});
