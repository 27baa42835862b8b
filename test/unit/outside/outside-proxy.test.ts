import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { startOutsideProxy, type OutsideProxy } from '@watchpost/outside/outside-proxy';
import type { GuardDeps } from '@watchpost/outside/guard';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const site = createServer((asked, answer) => {
  const raw = hostileAnswers.get(asked.url ?? '');
  if (raw === undefined) answer.end(`${asked.headers.host} ${asked.url}`);
  else asked.socket.end(raw);
});
const hostileAnswers = new Map([
  ['/status-0', 'HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n'],
  ['/status-99', 'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n'],
  ['/switch', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['/half', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
]);
let port = 0;
let proxy: OutsideProxy;
let guard: GuardDeps;

beforeEach(async () => {
  await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
  const address = site.address();
  port = typeof address === 'object' && address ? address.port : 0;
  guard = {
    ports: [port],
    isPublic: (host) => host === '127.0.0.1',
    lookUp: async (host) => [{ address: host === 'inside.test' ? '10.0.0.1' : '127.0.0.1', family: 4 }],
  };
  proxy = await startOutsideProxy({ hosts: null, privateOrigins: [], maxBytes: 1_000_000 }, guard);
});

afterEach(async () => {
  await proxy.close();
  site.closeAllConnections();
  await new Promise((resolve) => void site.close(resolve));
});

function through(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(proxy.url, { path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text })).on('error', reject);
    });
    asked.on('error', reject).end();
  });
}

/** The status of a CONNECT, and the answer to one request through it. */
function tunnelled(authority: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(proxy.url, { method: 'CONNECT', path: authority, agent: false });
    asked.on('connect', (answer, socket) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        resolve({ status: answer.statusCode ?? 0, text: '' });
        return;
      }
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('close', () => resolve({ status: 200, text }));
      socket.write(`GET /tunnel HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n`);
    });
    asked.on('error', reject).end();
  });
}

describe('startOutsideProxy', () => {
  it('passes on what is public', async () => {
    expect(await through(`http://site.test:${port}/a?b`)).toEqual({ status: 200, text: `site.test:${port} /a?b` });
    expect((await tunnelled(`site.test:${port}`)).text).toContain('site.test /tunnel');
  });

  it.each(['http://inside.test/', 'http://169.254.169.254/', 'http://127.0.0.1:1/', 'https://site.test/', 'file:///etc/passwd', '/'])(
    'refuses to ask %s',
    async (url) => {
      const there = url === 'http://inside.test/' ? `http://inside.test:${port}/` : url;
      expect((await through(there)).status).toBe(403);
    },
  );

  it('refuses tunnels to anywhere else', async () => {
    for (const authority of [`inside.test:${port}`, 'site.test:22', '10.0.0.1:443', '[::1]:443', 'nonsense'])
      expect((await tunnelled(authority)).status).toBe(403);
  });

  it.each(['/status-0', '/status-99', '/switch'])('answers 502 for an answer that cannot be passed on: %s', async (path) => {
    expect((await through(`http://site.test:${port}${path}`)).status).toBe(502);
    expect((await through(`http://site.test:${port}/after`)).status).toBe(200);
  });

  it('cuts an answer that is cut', async () => {
    await expect(through(`http://site.test:${port}/half`)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('opens nothing after it was closed, though a look-up took long', async () => {
    let found: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      guard.lookUp = () =>
        new Promise((give) => {
          found = () => give([{ address: '127.0.0.1', family: 4 }]);
          resolve();
        });
    });
    let opened = 0;
    const count = (): void => void (opened += 1);
    site.on('connection', count);
    const slow = connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);
    slow.write(`CONNECT site.test:${port} HTTP/1.1\r\nHost: site.test\r\n\r\n`);
    await asked;
    await proxy.close();
    found();
    await new Promise((resolve) => void setImmediate(resolve));
    // What was opened before it is accepted before it.
    const after = await fetch(`http://127.0.0.1:${port}/after`, { headers: { connection: 'close' } });
    expect(after.status).toBe(200);
    expect(opened).toBe(1);
    site.off('connection', count);
    slow.destroy();
  });
});
