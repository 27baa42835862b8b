import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSocketMode, type FakeSocketMode, type SlackSocket } from '../support/fake-socket-mode.ts';
import { startIngestProcess, type IngestProcess } from '../support/ingest-process.ts';
import { postgres, type Service } from '../support/services.ts';
import { fileShare, slackFile } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';

describe('ingest with an app-level token and no address', () => {
  let database: Service;
  let slack: FakeSlack;
  let sockets: FakeSocketMode;
  let onlooker: JobSender;
  let processes: IngestProcess[];
  let already: number;
  let next = 1;

  beforeAll(async () => {
    database = await postgres({ own: true });
    slack = await startFakeSlack();
    onlooker = createJobSender({ POSTGRES_URL: database.url }, { log: createLogger('onlooker', 'silent') });
  }, 120_000);
  beforeEach(async () => {
    sockets = await startFakeSocketMode();
    sockets.others = slack.apiUrl;
    processes = [];
    already = await queued();
  });
  afterEach(async () => {
    await Promise.all(processes.map(async (each) => each.kill()));
    await sockets.close();
  });
  afterAll(async () => {
    await onlooker?.close();
    await database?.stop();
    await slack?.close();
  });

  const queued = async (): Promise<number> =>
    until('the queue tells', async () => {
      const counts = await onlooker.counts().catch(() => undefined);
      return counts?.filter(({ kind }) => kind === 'snapshot').reduce((sum, { count }) => sum + count, 0);
    });
  const boot = async (): Promise<IngestProcess> => {
    const token = { SLACK_APP_TOKEN: 'xapp-1-integration', SLACK_SIGNING_SECRET: '' };
    const started = await startIngestProcess({ POSTGRES_URL: database.url, SLACK_API_URL: sockets.apiUrl, ...token });
    processes.push(started);
    return started;
  };
  const isReady = async ({ ready }: IngestProcess): Promise<void> =>
    void (await until('it is ready', async () => (await ready()).status === 200));
  const socket = async (index: number): Promise<SlackSocket> => until(`connection ${String(index)}`, () => sockets.sockets[index]);
  const event = (id: string) => ({
    type: 'events_api',
    envelope_id: id,
    payload: fileShare({ ts: `1700000000.${String(next++).padStart(6, '0')}`, files: [slackFile({ id: 'F1' })] }),
  });
  const acked = async ({ acks }: SlackSocket, id: string) =>
    until(`${id} is acknowledged`, () => acks.some((ack) => ack.envelope_id === id));

  it('is ready once Slack has greeted it, takes what comes, and nothing over HTTP', async () => {
    const ingest = await boot();
    await isReady(ingest);
    expect(sockets.tokens).toEqual(['xapp-1-integration']);
    expect((await ingest.post(fileShare())).status).toBe(404);
    const first = await socket(0);
    first.send(event('E1'));
    await acked(first, 'E1');
    expect((await queued()) - already).toBe(1);
    expect(await ingest.metrics()).toContain('watchpost_ingest_socket_connected 1');
    expect(await ingest.stop()).toBe(0);
  });

  it('killed before it acknowledges, loses nothing and takes nothing twice', async () => {
    const killed = await boot();
    const before = await socket(0);
    const sent = Array.from({ length: 20 }, (_, index) => event(`K${String(index)}`));
    for (const each of sent) before.send(each);
    await acked(before, 'K0');
    await killed.kill();
    const ingest = await boot();
    const after = await socket(1);
    const known = new Set(before.acks.map(({ envelope_id: id }) => id));
    // As Slack does with what was not acknowledged; and with one that was, though Slack did not hear it.
    for (const each of sent) if (!known.has(each.envelope_id) || each.envelope_id === 'K0') after.send(each);
    await until('all are acknowledged', () => new Set([...known, ...after.acks.map(({ envelope_id: id }) => id)]).size === 20);
    await acked(after, 'K0');
    expect((await queued()) - already).toBe(20);
    expect(await ingest.stop()).toBe(0);
  });

  it('in two processes at once takes each event once, though both get it; stopped, it finishes what it has', async () => {
    const [one, other] = [await boot(), await boot()];
    const [first, second] = [await socket(0), await socket(1)];
    const sent = Array.from({ length: 10 }, (_, index) => event(`T${String(index)}`));
    for (const each of sent) for (const to of [first, second]) to.send(each);
    expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
    const taken = new Set([...first.acks, ...second.acks].map(({ envelope_id: id }) => id));
    expect((await queued()) - already).toBe(taken.size);
  });

  it('whose token Slack refuses says which and what for', async () => {
    sockets.faults.push({ body: { ok: false, error: 'invalid_auth' } });
    const ingest = await boot();
    await until('it says so', () => ingest.output().includes('Slack does not accept SLACK_APP_TOKEN'));
    expect(await ingest.ready()).toMatchObject({ status: 503 });
    expect(JSON.stringify((await ingest.ready()).waitingFor)).toContain('slack-socket');
    expect(await ingest.stop()).toBe(0);
  });
});
