import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { addressesOf, checkedUrl, portOf, publicInternet, type Allowed, type GuardDeps } from './guard.ts';

/** A proxy for programs that do their own look-ups and follow redirects themselves. */
export interface OutsideProxy {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** Cuts all that goes through it. */
  close(): Promise<void>;
}

export interface OutsideProxyOptions extends Allowed {
  /** Of all that comes in through it together; beyond, everything is cut. */
  maxBytes: number;
}

const silenceMs = 30_000;

/** What one proxy holds. */
interface Held extends OutsideProxyOptions {
  guard: GuardDeps;
  /** Counts what comes in, and cuts everything when it is too much. */
  count: (chunk: Buffer) => void;
  /** A socket that is cut when the proxy is closed. */
  keep: <S extends Duplex>(socket: S) => S;
}

/**
 * An HTTP proxy on 127.0.0.1 that reaches only what fetchOutside would: each request and each tunnel (CONNECT) is checked, and connected to
 * the addresses that were. Rejects with `fetch-failed` if it cannot listen.
 */
export async function startOutsideProxy(options: OutsideProxyOptions, guard: GuardDeps = publicInternet): Promise<OutsideProxy> {
  const sockets = new Set<Duplex>();
  let bytes = 0;
  let isClosed = false;
  const cutAll = (): void => sockets.forEach((socket) => void socket.destroy());
  const held: Held = {
    ...options,
    guard,
    count: (chunk) => {
      bytes += chunk.length;
      if (bytes > options.maxBytes) cutAll();
    },
    keep: (socket) => {
      // Whose address was still being looked up: nobody is there any more to close it.
      if (isClosed) socket.destroy();
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
      return socket;
    },
  };
  const server = createServer((incoming, answer) => {
    forward(incoming, answer, held).catch((error: unknown) => refuse(answer, error));
  });
  server.on('connection', held.keep);
  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    tunnel(incoming.url ?? '', { socket, head }, held).catch((error: unknown) => {
      const { code } = toAppError(error);
      socket.end(`HTTP/1.1 ${code === 'address-refused' ? '403 Forbidden' : '502 Bad Gateway'}\r\nConnection: close\r\n\r\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  }).catch((error: unknown) => {
    throw new AppError('fetch-failed', 'the proxy for what is fetched cannot listen', { cause: error });
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      isClosed = true;
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      cutAll();
      await closed;
    },
  };
}

async function forward(incoming: IncomingMessage, answer: ServerResponse, { guard, count, keep, ...allowed }: Held): Promise<void> {
  const url = checkedUrl(incoming.url ?? '', allowed, guard);
  if (url.protocol !== 'http:') throw new AppError('address-refused', 'a tunnel is needed for this address');
  const host = await reached(url, allowed, guard);
  const { 'proxy-connection': _, 'proxy-authorization': __, connection: ___, ...headers } = incoming.headers;
  const asked = request({
    host: host.address,
    family: host.family,
    port: portOf(url),
    method: incoming.method ?? 'GET',
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, connection: 'close' },
    agent: false,
    timeout: silenceMs,
  });
  asked.on('socket', keep).on('timeout', () => asked.destroy(new Error('no answer in time')));
  asked.on('error', (error) => refuse(answer, error));
  asked.on('response', (response) => {
    const status = response.statusCode ?? 0;
    // Such a status cannot be passed on: `writeHead` would throw where nobody catches it.
    if (status < 200) {
      asked.destroy(new Error(`the answer has the status ${status}`));
      refuse(answer, null);
      return;
    }
    response.on('data', count);
    answer.writeHead(status, response.headers);
    // Cuts the answer where the other side's is cut: whoever asked would wait for the rest.
    pipeline(response, answer, () => undefined);
  });
  // Also where there is neither a response nor an error: it has switched to another protocol.
  asked.on('close', () => answer.headersSent || refuse(answer, null));
  answer.on('close', () => asked.destroy());
  incoming.pipe(asked);
}

async function tunnel(
  authority: string,
  { socket, head }: { socket: Duplex; head: Buffer },
  { guard, count, keep, ...allowed }: Held,
): Promise<void> {
  const port = /:(\d+)$/.exec(authority)?.[1];
  const url = checkedUrl(`${port === '443' ? 'https' : 'http'}://${authority}`, allowed, guard);
  const host = await reached(url, allowed, guard);
  const outside: Socket = keep(connect({ host: host.address, family: host.family, port: portOf(url) }));
  outside.setTimeout(silenceMs, () => outside.destroy());
  await new Promise<void>((resolve, reject) => {
    outside
      .once('connect', resolve)
      .once('error', reject)
      .once('close', () => reject(new Error('closed before it was open')));
  });
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  outside.write(head);
  outside.on('data', count);
  outside.pipe(socket).pipe(outside);
  socket.on('close', () => outside.destroy());
  outside.on('close', () => socket.destroy());
}

/** The address that is connected to, one of those that were checked: IPv4 first, which more networks have. */
async function reached(url: URL, { privateOrigins }: Allowed, guard: GuardDeps) {
  const addresses = await addressesOf(url.hostname, privateOrigins.includes(url.origin), guard);
  const host = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (!host) throw new AppError('fetch-refused', `${url.hostname} has no address`);
  return host;
}

function refuse(answer: ServerResponse, error: unknown): void {
  if (answer.headersSent) {
    answer.destroy();
    return;
  }
  answer.writeHead(toAppError(error).code === 'address-refused' ? 403 : 502, { connection: 'close' }).end();
}
