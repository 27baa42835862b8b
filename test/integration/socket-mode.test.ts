import { runSocketMode, type SocketModeOptions } from '@watchpost/ingest/platforms/slack/socket/socket-mode';
import { createTakeEnvelope } from '@watchpost/ingest/platforms/slack/socket/take-envelope';
import { encodeTarget } from '@watchpost/shared/chat/post';
import { AppError } from '@watchpost/shared/errors';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createSlackCalls } from '@watchpost/slack/calls';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeSocketMode, type FakeSocketMode, type SlackSocket } from '../support/fake-socket-mode.ts';
import { ingestRig, type Rig } from '../support/ingest-rig.ts';
import { fileShare } from '../support/signed-slack-request.ts';
import { until as untilWithin } from '../support/until.ts';

const times = { pingMs: 100, helloMs: 300, retireMs: 500, steadyMs: 30, backoff: { firstMs: 20, maxMs: 100 }, repairMs: 50 };
/** Nothing here takes long. */
const until = async <T>(what: string, check: () => T | false | undefined): Promise<T> => untilWithin(what, check, 5_000);
const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let slack: FakeSocketMode;
let stopping: AbortController;
let running: ReturnType<typeof runSocketMode>[];
let gaps: number[];
let logged: string[];
beforeEach(async () => {
  slack = await startFakeSocketMode();
  stopping = new AbortController();
  [running, gaps, logged] = [[], [], []];
});
afterEach(async () => {
  stopping.abort();
  await Promise.all(running.map(({ done }) => done));
  await slack.close();
});

/** Ingest's handlers behind a socket. */
function start(over: { send?: JobSender['send']; options?: Partial<SocketModeOptions> } = {}) {
  const rig = ingestRig({ ...(over.send && { send: over.send }) });
  const call = createSlackCalls({ token: 'xapp-1-token', apiUrl: slack.apiUrl, timeoutMs: 2_000 });
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const metrics = createMetrics({ processMetrics: false });
  const take = createTakeEnvelope(rig.handlers);
  const onGap = (sinceMs: number): void => void gaps.push(sinceMs);
  const mode = runSocketMode({ call, take, onGap, log, metrics, now: Date.now, times, ...over.options }, stopping.signal);
  running.push(mode);
  return { rig, mode, metrics };
}
const socket = async (index: number): Promise<SlackSocket> => until(`connection ${String(index)}`, () => slack.sockets[index]);
const jobs = ({ sent }: Rig) => sent.map(({ job }) => job);
const event = (id: string, over: Record<string, unknown> = {}) => ({
  type: 'events_api',
  envelope_id: id,
  accepts_response_payload: false,
  payload: fileShare(over),
});
const acked = async (from: SlackSocket, id: string) =>
  until(`${id} is acknowledged`, () => from.acks.find((ack) => ack.envelope_id === id));

describe('over Socket Mode', () => {
  it('an envelope whose type is a word of the language is no click and no event', async () => {
    const { rig } = start();
    const first = await socket(0);
    for (const type of ['constructor', 'valueOf', 'toString']) first.send({ ...event(`E-${type}`), type, payload: {} });
    first.send(event('E-last'));
    for (const type of ['constructor', 'valueOf', 'toString', 'last']) await acked(first, `E-${type}`);
    expect(first.acks.map(({ payload }) => payload)).toEqual([{}, {}, {}, {}]);
    expect(jobs(rig)).toHaveLength(1);
  });

  it('events, clicks and commands come to the same handlers as over HTTP, and the answers go back', async () => {
    const { rig, mode } = start();
    const it = await socket(0);
    await until('it is ready', () => mode.check() === true);
    expect(slack.tokens).toEqual(['xapp-1-token']);

    it.send(event('E1'));
    expect(await acked(it, 'E1')).toEqual({ envelope_id: 'E1', payload: {} });
    const user = { id: 'U1' };
    const value = encodeTarget({ action: 'not', visit: 'v1', number: 2, subject: 'ada' });
    const click = { type: 'block_actions', user, trigger_id: '1.2', actions: [{ action_id: 'watchpost:not', value, action_ts: '1.1' }] };
    it.send({ type: 'interactive', envelope_id: 'E2', accepts_response_payload: true, payload: click });
    await acked(it, 'E2');
    const typed = { type: 'block_suggestion', user, action_id: 'watchpost:person', value: 'a' };
    it.send({ type: 'interactive', envelope_id: 'E3', accepts_response_payload: true, payload: typed });
    expect(await acked(it, 'E3')).toEqual({ envelope_id: 'E3', payload: { options: [] } });
    it.send({ type: 'slash_commands', envelope_id: 'E4', payload: { command: '/faces', text: 'who', user_id: 'U1', trigger_id: '3.4' } });
    await acked(it, 'E4');
    it.send({ type: 'slash_commands', envelope_id: 'E5', payload: { command: '/faces', text: 'help', user_id: 'U1' } });
    expect(await acked(it, 'E5')).toMatchObject({
      payload: { response_type: 'ephemeral', text: expect.stringContaining('/faces who') as string },
    });
    expect(jobs(rig).map(({ kind }) => kind)).toEqual(['snapshot', 'interaction', 'interaction']);
  });

  it('an event is acknowledged when the queue has it, and not before', async () => {
    let store = (): void => undefined;
    const { rig } = start({ send: async () => new Promise((resolve) => (store = resolve)) });
    const it = await socket(0);
    it.send(event('E1'));
    await pause(100);
    expect(it.acks).toEqual([]);
    store();
    await acked(it, 'E1');
    expect(rig.gaps).toEqual([]);
  });

  it('what the queue did not take is not acknowledged, and taken when Slack sends it again', async () => {
    let isAway = true;
    const sent: string[] = [];
    const { rig } = start({
      send: async (job) => {
        if (isAway) throw new AppError('queue-unavailable', 'away');
        sent.push(job.kind);
      },
    });
    const it = await socket(0);
    it.send(event('E1'));
    await until('the gap is noticed', () => rig.gaps.length === 1);
    await pause(50);
    expect(it.acks).toEqual([]);
    isAway = false;
    it.send({ ...event('E1'), retry_attempt: 1, retry_reason: 'timeout' });
    await acked(it, 'E1');
    expect(sent).toEqual(['snapshot']);
  });

  it('what the queue can never take is acknowledged: it would come again in vain', async () => {
    start({
      send: async () => {
        throw new AppError('job-refused', 'never');
      },
    });
    const it = await socket(0);
    it.send(event('E1'));
    expect(await acked(it, 'E1')).toEqual({ envelope_id: 'E1', payload: {} });
  });

  it('an envelope that comes twice, also on another connection, is taken once and answered twice', async () => {
    const { rig } = start();
    const it = await socket(0);
    it.send(event('E1'));
    it.send(event('E1'));
    await until('both are acknowledged', () => it.acks.length === 2);
    it.send({ type: 'disconnect', reason: 'warning' });
    const next = await socket(1);
    next.send(event('E1'));
    await acked(next, 'E1');
    expect(jobs(rig)).toHaveLength(1);
  });

  it.each(['warning', 'refresh_requested'])('a connection that Slack is to end (%s) is replaced before it ends: no gap', async (reason) => {
    const { rig, mode } = start();
    const it = await socket(0);
    await until('it is ready', () => mode.check() === true);
    await pause(50);
    it.send({ type: 'disconnect', reason, debug_info: {} });
    const next = await socket(1);
    expect(it.isOpen()).toBe(true);
    it.send(event('E1'));
    next.send(event('E2', { ts: '1700000001.000100' }));
    await acked(it, 'E1');
    await acked(next, 'E2');
    expect(mode.check()).toBe(true);
    await until('the old one is closed', () => !it.isOpen());
    expect(next.isOpen()).toBe(true);
    expect(gaps).toEqual([]);
    expect(jobs(rig)).toHaveLength(2);
  });

  it('a connection that breaks is replaced, and the gap is reported from its last sign of life on', async () => {
    const before = Date.now();
    const { mode } = start();
    const it = await socket(0);
    await until('it is ready', () => mode.check() === true);
    // Long enough to be seen.
    slack.faults.push(...Array.from({ length: 5 }, () => ({ status: 503, body: { ok: false } })));
    it.cut();
    await until('it is not ready', () => mode.check() === false);
    const next = await socket(1);
    await until('the gap is reported', () => gaps.length === 1);
    expect(gaps[0]).toBeGreaterThanOrEqual(before);
    next.send(event('E1'));
    await acked(next, 'E1');
  });

  it('a connection that went silent is taken for broken', async () => {
    start();
    const it = await socket(0);
    await pause(150);
    it.freeze();
    await socket(1);
    await until('the gap is reported', () => gaps.length === 1);
    expect(slack.sockets[1]?.isOpen()).toBe(true);
  });

  it('a connection on which Slack does not greet is given up', async () => {
    slack.greets = false;
    const { mode } = start();
    await socket(0);
    expect(mode.check()).toBe(false);
    slack.greets = true;
    await socket(1);
    await until('it is ready', () => mode.check() === true);
    expect(gaps).toEqual([]);
  });

  it('Slack’s rate limit, which is no event, is understood, and a gap', async () => {
    const { rig } = start();
    const it = await socket(0);
    it.send({ type: 'events_api', envelope_id: 'E1', payload: { type: 'app_rate_limited', minute_rate_limited: 1_518_467_820 } });
    it.send({ type: 'app_rate_limited', envelope_id: 'E2', minute_rate_limited: 1_518_467_880 });
    await acked(it, 'E1');
    await acked(it, 'E2');
    expect(rig.gaps).toEqual([1_518_467_820_000, 1_518_467_880_000]);
  });

  it('what nobody understands is ignored, and the connection stays', async () => {
    const { rig } = start();
    const it = await socket(0);
    for (const odd of ['{', '[]', '{"type":7}', '"x"', JSON.stringify({ type: 'tomorrow' })]) it.send(odd);
    it.send({ type: 'tomorrow', envelope_id: 'E1', payload: null });
    it.send(event('E2'));
    await acked(it, 'E1');
    await acked(it, 'E2');
    expect(jobs(rig)).toHaveLength(1);
    expect(slack.sockets).toHaveLength(1);
  });

  it('Slack’s wait is kept where apps.connections.open is limited', async () => {
    slack.faults.push({ status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } });
    const before = performance.now();
    start();
    await socket(0);
    expect(performance.now() - before).toBeGreaterThanOrEqual(950);
  });

  it('readiness says what to do where the token is not accepted, or Socket Mode is switched off', async () => {
    slack.faults.push({ body: { ok: false, error: 'invalid_auth' } }, { body: { ok: false, error: 'invalid_auth' } });
    const { mode } = start();
    await until('it says so', () => String(mode.check()).includes('SLACK_APP_TOKEN'));
    const it = await socket(0);
    await until('it is ready', () => mode.check() === true);
    slack.faults.push(...Array.from({ length: 3 }, () => ({ body: { ok: false, error: 'internal_error' } })));
    it.send({ type: 'disconnect', reason: 'link_disabled' });
    it.cut();
    await until('it says so', () => String(mode.check()).includes('enable it'));
    await socket(1);
    await until('it is ready again', () => mode.check() === true);
    expect(logged.join('')).toMatch(/connections:write.*enable it in the app/s);
  });

  it('a server that ends every connection at once is not flooded with new ones', async () => {
    start({ options: { times: { ...times, steadyMs: 10_000 } } });
    for (let index = 0; index < 4; index += 1) (await socket(index)).send({ type: 'disconnect', reason: 'too_many_websockets' });
    await pause(60);
    // 20, 40, 80 and 100 ms between them.
    expect(slack.sockets.length).toBeLessThanOrEqual(5);
  });

  it('stopping answers what was taken, takes no more, and closes', async () => {
    let store = (): void => undefined;
    let isTaken = false;
    const send = async (): Promise<void> => {
      isTaken = true;
      await new Promise<void>((resolve) => (store = resolve));
    };
    const { mode } = start({ send });
    const it = await socket(0);
    it.send(event('E1'));
    await until('it is taken', () => isTaken);
    stopping.abort();
    it.send(event('E2', { ts: '1700000001.000100' }));
    await pause(50);
    expect(it.isOpen()).toBe(true);
    store();
    await mode.done;
    expect(it.acks.map(({ envelope_id: id }) => id)).toEqual(['E1']);
    await until('it is closed', () => !it.isOpen());
  });

  it('the log has neither tokens nor texts nor the address of the socket', async () => {
    start();
    const it = await socket(0);
    it.send(event('E1', { text: 'a secret caption' }));
    await acked(it, 'E1');
    it.cut();
    await socket(1);
    expect(logged.join('')).not.toMatch(/xapp|secret|ticket/);
  });

  it('two processes may be connected', async () => {
    const one = start();
    await socket(0);
    const other = start();
    const it = await socket(1);
    it.send(event('E1'));
    await acked(it, 'E1');
    expect(jobs(one.rig).length + jobs(other.rig).length).toBe(1);
  });
});
