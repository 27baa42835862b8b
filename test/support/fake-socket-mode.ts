import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/** One connection, as Slack sees it. */
export interface SlackSocket {
  /** Delivers an envelope, or whatever else. */
  send(envelope: Record<string, unknown> | string): void;
  /** What was acknowledged on it: the envelope's id with the payload. */
  acks: { envelope_id: string; payload?: unknown }[];
  /** Without a farewell. */
  cut(): void;
  /** Neither pings nor anything else is answered from now on. */
  freeze(): void;
  isOpen(): boolean;
}

export interface FakeSocketMode {
  /** For SLACK_API_URL. */
  apiUrl: string;
  sockets: SlackSocket[];
  /** Bearer tokens that apps.connections.open was asked with. */
  tokens: string[];
  /** What apps.connections.open answers next, instead of an address; each once. */
  faults: { status?: number; headers?: Record<string, string>; body: unknown }[];
  /** Where all other methods are answered, such as a fake Slack; null: they get an address too. */
  others: string | null;
  /** Whether a new connection is greeted. */
  greets: boolean;
  close(): Promise<void>;
}

/** Slack's Socket Mode: `apps.connections.open`, and a WebSocket that delivers what the test says. */
export async function startFakeSocketMode(): Promise<FakeSocketMode> {
  const fake: Omit<FakeSocketMode, 'apiUrl' | 'close'> = { sockets: [], tokens: [], faults: [], others: null, greets: true };
  const server = createServer((request, response) => {
    if (fake.others !== null && !request.url?.endsWith('/apps.connections.open')) {
      const { authorization = '', 'content-type': type = '' } = request.headers;
      const init = { method: 'POST', headers: { authorization, 'content-type': type }, body: Readable.toWeb(request), duplex: 'half' };
      void fetch(`${fake.others}${String(request.url).replace('/api/', '')}`, init as RequestInit)
        .then(async (answer) => void response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text()))
        .catch(() => void response.destroy());
      return;
    }
    fake.tokens.push(String(request.headers.authorization).replace('Bearer ', ''));
    const { port } = server.address() as AddressInfo;
    const fault = fake.faults.shift();
    const body = fault?.body ?? { ok: true, url: `ws://127.0.0.1:${String(port)}/link/?ticket=${String(fake.tokens.length)}` };
    response.writeHead(fault?.status ?? 200, { 'content-type': 'application/json', ...fault?.headers });
    response.end(JSON.stringify(body));
    request.resume();
  });
  const wss = new WebSocketServer({ server });
  wss.on('connection', (socket, request) => {
    const acks: SlackSocket['acks'] = [];
    socket.on('message', (data: Buffer) => acks.push(JSON.parse(String(data)) as SlackSocket['acks'][number]));
    fake.sockets.push({
      send: (envelope) => socket.send(typeof envelope === 'string' ? envelope : JSON.stringify(envelope)),
      acks,
      cut: () => socket.terminate(),
      freeze: () => void request.socket.pause(),
      isOpen: () => socket.readyState === WebSocket.OPEN,
    });
    if (fake.greets) socket.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, {
    apiUrl: `http://127.0.0.1:${String(port)}/api/`,
    close: async () => {
      for (const client of wss.clients) client.terminate();
      wss.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
