import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startApp, type App } from '@watchpost/bench/servers/app';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { describeWith } from '../support/describe-with.ts';
import { runPromtool, skipWithoutPromtool } from '../support/numbers-promtool.ts';
import { allQueries, dashboard, documentedMetrics, exposedIn, familiesIn, filledIn, usedIn } from '../support/numbers-queries.ts';
import { startNumbersRig, type NumbersRig } from '../support/numbers-rig.ts';
import { frameWith, woman } from '../support/pictures.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

/** What Prometheus adds itself. */
const prometheusOwn: Record<string, string[]> = { up: [], ALERTS: ['alertname', 'alertstate', 'severity'] };
/** The processes that are started here. */
const started = ['ingest', 'worker', 'feed', 'console'];
const ofTargets = ['instance', 'job'];

describe('the dashboard', () => {
  it('has a description and a unit for every panel, and no number twice', () => {
    const shown = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(shown.filter(({ description, fieldConfig }) => !description || !fieldConfig).map(({ title }) => title)).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows.join(', ')).toBe(
      'Overview, Ingest, Queue, Worker, Cameras, Gallery, Posts and limits, Feeds, Console, Telegram, Processes',
    );
  });

  it.skipIf(skipWithoutPromtool)('asks only what Prometheus understands', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
    const rules = allQueries().map(({ expr }, index) => ({ record: `test:query_${String(index)}`, expr: filledIn(expr) }));
    const file = path.join(folder, 'queries.yml');
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { code, said } = await runPromtool('check', 'rules', file);
    await rm(folder, { recursive: true });
    expect([code, said]).toEqual([0, expect.stringContaining(`SUCCESS: ${String(rules.length)} rules found`)]);
  });
});

describeWith(['postgres'], 'what a running system exposes', () => {
  let database: Service;
  let rig: NumbersRig;
  let others: App[] = [];
  let folder: string;
  let exposed: Map<string, Set<string>>;
  let families: string[];

  beforeAll(async () => {
    database = await postgres();
    folder = await mkdtemp(path.join(tmpdir(), 'numbers-'));
    const feeds = path.join(folder, 'feeds.yaml');
    await writeFile(feeds, 'feeds:\n  - slug: news\n    channel: C0123456789\n    headline: News\n');
    rig = await startNumbersRig({ POSTGRES_URL: database.url });
    const nowhere = 'http://127.0.0.1:9';
    others = await Promise.all([
      startApp('feed', { POSTGRES_URL: database.url, FEEDS_FILE: feeds }),
      startApp('console', { POSTGRES_URL: database.url, CONSOLE_PASSWORD: 'numbers of the console' }),
      // What else can be configured, so that its numbers are there; nobody answers it.
      startApp(
        'ingest',
        {
          POSTGRES_URL: database.url,
          SLACK_API_TOKEN: 'xoxb-1',
          SLACK_APP_TOKEN: 'xapp-1',
          SLACK_API_URL: `${nowhere}/api/`,
          READ_SLACK_CHANNEL_ID: 'C0CAMS',
          WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
          TELEGRAM_BOT_TOKEN: '123456789:AAnumbersnumbersnumbersnumbersnumbers',
          TELEGRAM_API_URL: nowhere,
        },
        { until: 'live' },
      ),
    ]);
    const scrapeAll = async (): Promise<string[]> => Promise.all([rig.ingest, rig.worker, ...others].map(async (app) => rig.scrape(app)));
    // A refusal, a picture that is none, one with a face, and a platform that wants less.
    rig.slack.mischief('files.getUploadURLExternal', { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const statuses = [
      await rig.post(Buffer.from('x'), { secret: 'somebody else’s' }),
      await rig.post(Buffer.from('no picture')),
      await rig.post(await frameWith([woman])),
    ];
    if (statuses.join() !== '401,200,200') throw new Error(`ingest answered ${statuses.join()}`);
    const texts = await until(
      'all of it is counted',
      async () => {
        const all = await scrapeAll();
        const text = all.join('\n');
        const wanted = [
          'outcome="posted"',
          'chat_rate_limited_total{',
          'code="image-format-unsupported"',
          'outcome="request-unauthorised"',
        ];
        return wanted.every((each) => text.includes(each)) && all;
      },
      40_000,
    );
    exposed = exposedIn(texts);
    families = familiesIn(texts);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(others.map(async (app) => app.stop()));
    await rig?.close();
    await database?.stop();
    await rm(folder, { recursive: true });
  });

  it('is what docs/metrics.md lists, with the same labels', () => {
    expect(families).toEqual([...documentedMetrics(started).keys()].toSorted());
    const seenOf = (name: string): string[] => [...(exposed.get(name) ?? exposed.get(`${name}_count`) ?? [])].toSorted();
    const counted = [...documentedMetrics(started)].filter(([name]) => seenOf(name).length > 0);
    expect(counted.length).toBeGreaterThan(15);
    expect(counted.map(([name]) => [name, seenOf(name)])).toEqual(counted.map(([name, labels]) => [name, labels.toSorted()]));
  });

  it('is all that the dashboard and the alerts ask for, label by label', () => {
    const documented = documentedMetrics(started);
    const labelsOf = (name: string): string[] | undefined => {
      if (prometheusOwn[name]) return [...prometheusOwn[name], ...ofTargets];
      const seen = exposed.get(name);
      if (!seen) return undefined;
      // What nothing has been counted in yet has no sample: then its row in the table says the labels, and the test above that it is right.
      const row =
        seen.size === 0 || (seen.size === 1 && seen.has('le'))
          ? (documented.get(name.replace(/_(?:bucket|sum|count)$/, '')) ?? documented.get(name) ?? [])
          : [];
      return [...seen, ...row, ...ofTargets];
    };
    const faults = allQueries().flatMap(({ where, expr, shown }) => {
      const { metrics, groups } = usedIn(expr);
      const missing = metrics.filter(({ name }) => !labelsOf(name)).map(({ name }) => `${where}: nobody exposes ${name}`);
      const wrong = metrics.flatMap(({ name, labels }) =>
        labels.filter((label) => !(labelsOf(name) ?? [label]).includes(label)).map((label) => `${where}: ${name} has no label ${label}`),
      );
      const all = new Set(metrics.flatMap(({ name }) => labelsOf(name) ?? []));
      const unknown = [...groups, ...shown]
        .filter((label) => !all.has(label))
        .map((label) => `${where}: none of its metrics has a label ${label}`);
      const dropped = shown
        .filter((label) => groups.length > 0 && !groups.includes(label))
        .map((label) => `${where}: ${label} is shown, but not grouped by`);
      return [...missing, ...wrong, ...unknown, ...dropped, ...(metrics.length === 0 ? [`${where}: asks for nothing`] : [])];
    });
    expect(faults).toEqual([]);
  });

  it('is small, and comes quickly while the database is away', async () => {
    await database.stop();
    for (const app of [rig.ingest, rig.worker, ...others]) {
      await rig.scrape(app);
      const startMs = performance.now();
      const text = await rig.scrape(app);
      expect(performance.now() - startMs).toBeLessThan(1_000);
      expect(text).toMatch(/^watchpost_build_info\{/m);
      expect(Buffer.byteLength(text)).toBeLessThan(200_000);
    }
  });
});
