import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createFetchOutside, fetchOutside, type FetchOutsideOptions } from '@watchpost/outside/fetch-outside';
import { publicInternet, type GuardDeps } from '@watchpost/outside/guard';
import { afterEach, describe, expect, it } from 'vitest';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

const never = new AbortController().signal;
const usual: FetchOutsideOptions = { hosts: null, privateOrigins: [], maxBytes: 10_000, timeoutMs: 5_000 };

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: string | AddressInfo | null = server.address();
  if (typeof address !== 'object' || !address) throw new Error('it does not listen');
  return address.port;
}

/** Loopback counts as public, so that a server of ours can be one. */
function pretended(port: number, names: Record<string, string[]> = {}): GuardDeps & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    ports: [port],
    isPublic: (address) => address === '127.0.0.1',
    lookUp: async (host) => {
      asked.push(host);
      return (names[host] ?? ['127.0.0.1']).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const refused = expect.objectContaining({ code: 'address-refused' });

describe('fetchOutside', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://example.org/x',
    'data:text/plain,hello',
    'not an address',
    'http://user@example.org/',
    'http://example.org:22/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://１２７.０.０.１/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://168.63.129.16/',
    'http://localhost/',
  ])('refuses %s', async (url) => {
    await expect(fetchOutside(url, usual, never)).rejects.toEqual(refused);
  });

  it('fetches what is public, and says where it came from', async () => {
    const port = await serve((_request, answer) => answer.writeHead(200, { 'content-type': 'text/plain' }).end('hello'));
    const fetched = await createFetchOutside(pretended(port))(`http://pictures.test:${port}/a`, usual, never);
    expect(fetched).toMatchObject({ status: 200, url: `http://pictures.test:${port}/a` });
    expect(fetched.headers.get('content-type')).toBe('text/plain');
    expect(await textOf(fetched.body)).toBe('hello');
  });

  it('refuses a name of which only one address is not public', async () => {
    const port = await serve((_request, answer) => answer.end('secret'));
    const guard = pretended(port, { 'mixed.test': ['127.0.0.1', '10.0.0.1'] });
    await expect(createFetchOutside(guard)(`http://mixed.test:${port}/`, usual, never)).rejects.toEqual(refused);
  });

  it('connects to the addresses that were checked: a name that changes its mind is asked once', async () => {
    const port = await serve((_request, answer) => answer.end('ours'));
    let asked = 0;
    const rebinding: GuardDeps = {
      ...pretended(port),
      lookUp: async () => {
        asked += 1;
        return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
      },
    };
    const { body } = await createFetchOutside(rebinding)(`http://rebinding.test:${port}/`, usual, never);
    expect(await textOf(body)).toBe('ours');
    expect(asked).toBe(1);
    await expect(createFetchOutside(rebinding)(`http://rebinding.test:${port}/`, usual, never)).rejects.toEqual(refused);
  });

  it('checks every hop', async () => {
    const to: Record<string, string> = { '/private': 'http://10.0.0.1/', '/file': 'file:///etc/passwd', '/name': 'http://inside.test/' };
    const port = await serve((request, answer) => answer.writeHead(302, { location: to[request.url ?? ''] ?? '/' }).end());
    const guard = { ...pretended(port, { 'inside.test': ['192.168.0.1'] }), ports: [port, 80] };
    for (const path of Object.keys(to))
      await expect(createFetchOutside(guard)(`http://out.test:${port}${path}`, usual, never)).rejects.toEqual(refused);
    const listed = { ...usual, hosts: ['out.test'] };
    await expect(createFetchOutside(guard)(`http://out.test.evil.test:${port}/`, listed, never)).rejects.toEqual(refused);
    await expect(createFetchOutside(guard)(`http://out.test:${port}/round`, listed, never)).rejects.toMatchObject({
      code: 'fetch-refused',
    });
  });

  it('takes its own secrets to no other origin', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, answer) => {
      seen.push(request.headers.authorization);
      if (request.url === '/') answer.writeHead(302, { location: `http://b.test:${port}/b` });
      answer.end();
    });
    const options = { ...usual, headers: { authorization: 'Bearer mine', accept: 'text/html' } };
    await textOf((await createFetchOutside(pretended(port))(`http://a.test:${port}/`, options, never)).body);
    expect(seen).toEqual(['Bearer mine', undefined]);
  });

  it('bounds what is compressed after it is decompressed', async () => {
    const port = await serve((_request, answer) =>
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
    );
    const { body } = await createFetchOutside(pretended(port))(`http://bomb.test:${port}/`, usual, never);
    await expect(textOf(body)).rejects.toMatchObject({ code: 'file-too-large' });
  });

  it('bounds bytes and time, and stops when it is told to', async () => {
    const port = await serve((request, answer) => {
      if (request.url === '/large') answer.end(Buffer.alloc(20_000));
      else if (request.url === '/endless') answer.writeHead(200).write('a');
    });
    const fetchIt = createFetchOutside(pretended(port));
    await expect(fetchIt(`http://x.test:${port}/large`, usual, never)).rejects.toMatchObject({ code: 'file-too-large' });
    // On a machine that is busy the time may be over before the answer has begun.
    const slow = fetchIt(`http://x.test:${port}/endless`, { ...usual, timeoutMs: 200 }, never).then(({ body }) => textOf(body));
    await expect(slow).rejects.toMatchObject({ code: 'fetch-failed', message: /in time/ });
    const stop = new AbortController();
    const stopped = await fetchIt(`http://x.test:${port}/endless`, usual, stop.signal);
    stop.abort();
    await expect(textOf(stopped.body)).rejects.toMatchObject({ code: 'aborted' });
  });

  it('survives a server that closes the connection before its body is read', async () => {
    const port = await serve((_request, answer) =>
      answer.writeHead(200, { connection: 'close', 'content-length': 9_000 }).end(Buffer.alloc(9_000)),
    );
    const { body } = await createFetchOutside(pretended(port))(`http://x.test:${port}/`, usual, never);
    await new Promise((resolve) => void setImmediate(resolve));
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.byteLength;
    expect(bytes).toBe(9_000);
    const short = await serve(
      (_request, answer) => void answer.writeHead(200, { 'content-length': 9_000 }).write('half', () => answer.destroy()),
    );
    const half = await createFetchOutside(pretended(short))(`http://x.test:${short}/`, usual, never);
    await expect(textOf(half.body)).rejects.toMatchObject({ code: 'fetch-failed' });
  });

  it('tells a refusal from a failure', async () => {
    const port = await serve((request, answer) => answer.writeHead(Number(request.url?.slice(1)), { 'retry-after': '7' }).end());
    const fetchIt = createFetchOutside(pretended(port));
    await expect(fetchIt(`http://x.test:${port}/404`, usual, never)).rejects.toMatchObject({ code: 'fetch-refused' });
    await expect(fetchIt(`http://x.test:${port}/503`, usual, never)).rejects.toMatchObject({ code: 'fetch-failed', retryAfterMs: 7_000 });
    const nobody: GuardDeps = { ...publicInternet, lookUp: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) };
    await expect(createFetchOutside(nobody)('http://nobody.test/', usual, never)).rejects.toMatchObject({ code: 'fetch-refused' });
  });

  it.each([
    '101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket',
    '099 Low\r\nContent-Length: 0',
    '000 None\r\nContent-Length: 0',
  ])('ends where the answer is no answer: %s', async (head) => {
    const port = await serve((request) => void request.socket.end(`HTTP/1.1 ${head}\r\n\r\n`));
    const fetched = createFetchOutside(pretended(port))(`http://x.test:${port}/`, usual, never);
    await expect(fetched).rejects.toMatchObject({ code: expect.stringMatching(/^fetch-(failed|refused)$/) });
  });

  it('asks a private origin only where it is allowed', async () => {
    const port = await serve((_request, answer) => answer.end('numbers'));
    const origin = `http://127.0.0.1:${port}`;
    expect(await textOf((await fetchOutside(`${origin}/metrics`, { ...usual, privateOrigins: [origin] }, never)).body)).toBe('numbers');
    await expect(fetchOutside(`${origin}/metrics`, usual, never)).rejects.toEqual(refused);
  });
});
