import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchOutside } from '@watchpost/outside/fetch-outside';
import { createScheduledHandler } from '@watchpost/worker/scheduled/pipeline';
import { chartPicture } from '@watchpost/worker/chart-picture';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromRoot } from '../support/root.ts';
import { scheduleRig } from '../support/schedule-rig.ts';

const never = new AbortController().signal;
const full = { attempt: 1, lastAttempt: true };

/** What the addresses of the examples answer, as their real ones do. */
const pages: Record<string, string> = {
  '/data/qotd.rss': `<?xml version="1.0"?><rss version="2.0"><channel><title>Quotes</title><item><title>Ada Lovelace</title>
    <description>"That brain of mine is something more than merely mortal."</description><link>https://www.quotationspage.com/quote/1.html</link>
    <guid>https://www.quotationspage.com/quote/1.html</guid></item></channel></rss>`,
  '/prices.html': `<html><body><table id="prices"><thead><tr><th>Name</th></tr></thead><tbody>
    <tr><th><a href="/acme">ACME</a></th><td>x</td><td class="last">1'234.50</td></tr>
    <tr><th><a href="/beta">Beta</a></th><td>y</td><td class="last">7.25</td></tr></tbody></table></body></html>`,
  '/r/earthporn/top.json?limit=25': JSON.stringify({
    kind: 'Listing',
    data: {
      children: [
        { data: { id: 'a1', title: 'A lake', ups: 99, url: 'https://i.redd.it/1.jpg' } },
        { data: { id: 'a2', title: 'A hill', ups: 5, url: 'https://i.redd.it/2.jpg' } },
      ],
    },
  }),
};

describe('the examples of jobs on a schedule', () => {
  let server: Server;
  let origin: string;
  let yaml: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const page = pages[request.url ?? ''];
      response.writeHead(page === undefined ? 404 : 200).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    origin = `http://127.0.0.1:${String(port)}`;
    const text = await readFile(fromRoot('deploy/schedule.example.yaml'), 'utf8');
    yaml = text.replaceAll(/https:\/\/www\.(quotationspage\.com|example\.org|reddit\.com)/g, origin);
  });
  afterAll(() => void server.close());

  const run = async (name: string) => {
    const rig = scheduleRig(yaml);
    const scheduling = { ...rig.scheduling, fetchOutside, privateOrigins: [origin] };
    const handler = createScheduledHandler({ scheduling, log: createLogger('test', 'silent') });
    await handler({ v: 1, kind: 'scheduled', name, askedAtMs: rig.now() }, full, never);
    return rig;
  };

  it('i-am-up says so, with numbers', async () => {
    expect((await run('i-am-up')).said()).toEqual([
      'I am up, for 30 hours. Last day: 120 snapshots, 14 visits. I know 7 people; 0 jobs wait, 0 have failed.',
    ]);
  });

  it('quotes go where /quote finds them', async () => {
    const rig = await run('quotes');
    expect(rig.quotes).toEqual(['"That brain of mine is something more than merely mortal."']);
    expect(rig.said()).toEqual(['"That brain of mine is something more than merely mortal."\nAda Lovelace']);
  });

  it('shares are posted with their chart', async () => {
    const rig = await run('shares');
    expect(rig.said()).toEqual(['Shares on 2026-11-22\nACME: 1234.5\nBeta: 7.25']);
    const [notice] = rig.notices.values();
    const drawn = await chartPicture(notice!.chart!, { collections: rig.scheduling.collections, now: rig.now }, never);
    expect(drawn?.length).toBeGreaterThan(5_000);
  });

  it('reddit titles come in one message', async () => {
    expect((await run('reddit')).said()).toEqual(['New at the top:\n99 A lake https://i.redd.it/1.jpg\n5 A hill https://i.redd.it/2.jpg']);
  });

  it('an address that is not there is told, not retried for ever', async () => {
    const yamlBefore = yaml;
    yaml = yaml.replace('/prices.html', '/gone.html');
    await expect(run('shares')).rejects.toMatchObject({ code: 'fetch-refused' });
    yaml = yamlBefore;
  });
});
