import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { pause } from '@watchpost/shared/wait';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ingestRig, ingestRigSecret, type Rig } from '../support/ingest-rig.ts';
import { fileShare, signedSlackRequest } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;

interface Client {
  socket: Socket;
  answer: () => string;
  /** How long the connection lasted, milliseconds; null while it is open. */
  lastedMs: () => number | null;
}

/** Listens on a real socket. */
async function listening(options: Parameters<typeof ingestRig>[0] = {}): Promise<Rig & { port: number }> {
  const rig = ingestRig(options);
  await rig.app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => rig.app.server.closeAllConnections());
  return { ...rig, port: (rig.app.server.address() as AddressInfo).port };
}

/** Opens a connection and writes `first`. Then, if there is `drip`, one byte of it every 100 ms. */
async function client(port: number, first: string, drip = ''): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  const opened = performance.now();
  let answer = '';
  let lasted: number | null = null;
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.once('close', () => (lasted = performance.now() - opened));
  await once(socket, 'connect');
  socket.write(first);
  let sent = 0;
  const dripping = setInterval(() => {
    if (sent < drip.length) socket.write(drip.charAt(sent));
    sent += 1;
  }, 100);
  onTestFinished(() => {
    clearInterval(dripping);
    socket.destroy();
  });
  return { socket, answer: () => answer, lastedMs: () => lasted };
}

const bodyOf = ({ answer }: Client): unknown => JSON.parse(answer().split('\r\n\r\n', 2)[1] ?? '');

const head = (headers: Record<string, string | number>): string =>
  `POST /api/events HTTP/1.1\r\nhost: x\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
const signed = (length: number): string => head({ ...signedSlackRequest('x', 'not the secret').headers, 'content-length': length });
const endless = 'x'.repeat(100_000);

/** An honest event on a connection of its own: its status, and how long it took. */
async function event(port: number): Promise<{ status: number; elapsedMs: number }> {
  const { headers, payload } = signedSlackRequest(fileShare(), ingestRigSecret);
  const before = performance.now();
  const { status } = await fetch(`http://127.0.0.1:${port}/api/events`, {
    method: 'POST',
    headers: { ...headers, connection: 'close' },
    body: payload,
  });
  return { status, elapsedMs: performance.now() - before };
}

describe('a client that takes its time', () => {
  it('is cut off when its time is up, ten seconds by default, whatever it drips', { timeout: 30_000 }, async () => {
    expect(ingestRig().app.server.requestTimeout).toBe(10_000);
    const { port, sent } = await listening({ limits: { requestMs: 2_000, connections: 1_000, bytes: 67_108_864 } });
    const ways = {
      nothing: await client(port, ''),
      headers: await client(port, 'POST /api/events HTTP/1.1\r\nx: ', endless),
      body: await client(port, signed(100_000), endless),
      chunks: await client(
        port,
        `${head({ ...signedSlackRequest('x', 'y').headers, 'transfer-encoding': 'chunked' })}1\r\nx\r\n`,
        '1\r\nx\r\n'.repeat(1_000),
      ),
    };
    const seconds: [string, number][] = [];
    for (const [way, slow] of Object.entries(ways)) {
      const lastedMs = await until(`the client with its ${way} is cut off`, () => slow.lastedMs() ?? undefined, 20_000);
      seconds.push([way, lastedMs / 1_000]);
    }
    // It is looked every second, on a busy machine a little later.
    expect(seconds.filter(([, lasted]) => lasted < 1.5 || lasted > 4.5)).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('is refused before its body, without a signature, with an old one, or as a form', async () => {
    const { port } = await listening();
    const old = signedSlackRequest('x', ingestRigSecret, 0).headers;
    const form = { ...signedSlackRequest('x', ingestRigSecret).headers, 'content-type': 'application/x-www-form-urlencoded' };
    for (const [headers, status] of [
      [{ 'content-type': 'application/json' }, 401],
      [old, 401],
      [form, 415],
      [{ ...signedSlackRequest('x', 'y').headers, length: 0 }, 413],
    ] as const) {
      const slow = await client(port, head({ ...headers, 'content-length': 2_000_000 }), endless);
      const lastedMs = await until('it is refused', async () => slow.lastedMs() ?? undefined, 5_000);
      expect(slow.answer()).toContain(`HTTP/1.1 ${status} `);
      expect(lastedMs).toBeLessThan(1_000);
    }
  });

  it('gets no more than 16 KiB of headers read', async () => {
    const { port } = await listening();
    const large = await client(port, `GET /health/live HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    await until('it is refused', async () => large.lastedMs() ?? undefined, 5_000);
    expect(large.answer()).toContain('HTTP/1.1 431 ');
    expect(bodyOf(large)).toMatchObject({ error: { code: 'request-too-large' } });
  });

  it.each([
    ['is no HTTP', 'hello\r\n\r\n', 400, 'request-malformed'],
    ['has an invalid URL', 'GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400, 'request-malformed'],
    ['is not finished', 'POST /api/events HTTP/1.1\r\nx: y', 408, 'request-timeout'],
  ])('gets an error in the usual form for a request that %s', async (_what, request, status, code) => {
    const { port } = await listening({ limits: { requestMs: 200, connections: 200, bytes: 1_000_000 } });
    const odd = await client(port, request);
    await until('it is refused', async () => odd.lastedMs() ?? undefined, 5_000);
    expect(odd.answer()).toContain(`HTTP/1.1 ${status} `);
    expect(bodyOf(odd)).toEqual({ error: { code, message: expect.any(String) as string } });
  });

  it('is cut off at once when ingest stops, while a complete request is answered', async () => {
    let release: () => void = () => undefined;
    const queued = new Promise<void>((resolve) => (release = resolve));
    const stopping = new AbortController();
    const rig = await listening({ stopping: stopping.signal, send: async () => queued });
    const slow = await Promise.all(['', 'POST /api/events HTTP/1.1\r\nx: ', signed(100_000)].map(async (first) => client(rig.port, first)));
    const answered = event(rig.port);
    await until('all have arrived', async () => (await connections(rig)) === 4 || undefined);
    await pause(100, never);
    const before = performance.now();
    stopping.abort();
    const closed = rig.app.close();
    await until('they are closed', async () => slow.every(({ lastedMs }) => lastedMs() !== null) || undefined, 1_000);
    release();
    expect((await answered).status).toBe(200);
    await closed;
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe('many clients that never finish', () => {
  it('do not keep a good event out, nor a health check, at any number of connections', { timeout: 60_000 }, async () => {
    const rig = await listening({ limits: { requestMs: 10_000, connections: 200, bytes: 67_108_864 } });
    const slow: Client[] = [];
    for (let n = 0; n < 600; n += 1) {
      slow.push(await client(rig.port, n % 2 ? signed(100_000) : 'POST /api/events HTTP/1.1\r\nx: ', endless));
      if (n % 100 !== 99) continue;
      const { status, elapsedMs } = await event(rig.port);
      expect(status).toBe(200);
      expect(elapsedMs).toBeLessThan(1_000);
    }
    expect((await fetch(`http://127.0.0.1:${rig.port}/health/live`)).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${rig.port}/metrics`)).text();
    expect(metrics).toMatch(/watchpost_ingest_connections_closed_total\{reason="connections"\} [4-9]\d\d/);
    await until('the oldest are closed', async () => slow.filter(({ lastedMs }) => lastedMs() !== null).length >= 400 || undefined);
    expect(slow.slice(0, 300).every(({ lastedMs }) => lastedMs() !== null)).toBe(true);
    expect(rig.logged.filter((line) => line.includes('connections were closed'))).toHaveLength(1);
  });

  it('hold no more bytes than they may, and the largest goes first', async () => {
    const rig = await listening({ limits: { requestMs: 10_000, connections: 200, bytes: 1_000_000 } });
    const small = await client(rig.port, signed(1_000) + 'x'.repeat(500));
    const large: Client[] = [];
    for (let n = 0; n < 6; n += 1) {
      large.push(await client(rig.port, signed(900_000) + 'x'.repeat(400_000)));
      await pause(50, never);
      expect((await event(rig.port)).status).toBe(200);
    }
    await until('large ones are closed', async () => large.filter(({ lastedMs }) => lastedMs() !== null).length >= 4 || undefined);
    expect(small.lastedMs()).toBeNull();
    expect(await rig.metrics()).toMatch(/connections_closed_total\{reason="bytes"\} [4-6]/);
  });

  it('do not cut off an event that is being answered', async () => {
    let release: () => void = () => undefined;
    const queued = new Promise<void>((resolve) => (release = resolve));
    const rig = await listening({ limits: { requestMs: 10_000, connections: 5, bytes: 67_108_864 }, send: async () => queued });
    const answered = event(rig.port);
    await until('it is being answered', async () => (rig.app.server.listening && (await connections(rig)) === 1) || undefined);
    await pause(100, never);
    for (let n = 0; n < 20; n += 1) await client(rig.port, 'POST ');
    release();
    expect((await answered).status).toBe(200);
  });

  it('leave nothing counted behind: as many events as there may be connections, ten times over', async () => {
    const rig = await listening({ limits: { requestMs: 10_000, connections: 20, bytes: 20_000 } });
    for (let n = 0; n < 200; n += 1) expect((await event(rig.port)).status).toBe(200);
    expect(await rig.metrics()).not.toContain('ingest_connections_closed_total{');
  });
});

const connections = async ({ app }: Rig): Promise<number> =>
  new Promise((resolve, reject) => app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
