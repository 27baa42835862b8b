import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import type { StorageConfig } from '@watchpost/shared/config/common';

/** A TCP proxy in front of a server, that can lose what the server answers, and say that the server shuts down. */
export interface CutProxy {
  port: number;
  /** From now on the server gets what is sent and its answers are lost; `ms` later all connections break, and new ones work. */
  loseAnswers(ms: number): Promise<void>;
  /**
   * PostgreSQL says that it shuts down: in the packet in which it takes a connection or a LISTEN, or when a connection is closed. For the
   * first two, all connections that listen break, and their clients come back. Closing is left to the client.
   */
  shutDown(when: 'connected' | 'listens' | 'closed' | 'never'): void;
  /** How often it has said so. */
  shutDowns(): number;
  /** How many connections there are. */
  connections(): number;
  /** How many of them listen to PostgreSQL's notifications. */
  listening(): number;
  close(): Promise<void>;
}

/** A proxy in front of this database, and the database as it is reached through it. */
export async function proxied(storage: StorageConfig): Promise<{ proxy: CutProxy; behind: StorageConfig }> {
  const key = storage.MONGO_CONNECTION_STRING ? 'MONGO_CONNECTION_STRING' : 'POSTGRES_URL';
  const url = new URL(storage[key] ?? '');
  const socket = url.searchParams.get('host');
  const proxy = await startCutProxy(
    socket === null ? { host: url.hostname, port: Number(url.port) } : { path: path.join(socket, `.s.PGSQL.${url.port || 5432}`) },
  );
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  // Otherwise the driver asks the server for its address, and goes around the proxy.
  if (storage.MONGO_CONNECTION_STRING) {
    url.searchParams.delete('replicaSet');
    url.searchParams.set('directConnection', 'true');
  }
  return { proxy, behind: { [key]: url.href } };
}

const message = (type: string, body: string): Buffer => {
  const bytes = Buffer.from(`${type}\0\0\0\0${body}`, 'latin1');
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
};
/** Messages of PostgreSQL's protocol 3.0 (its documentation, "Message Formats"). */
const readyForQuery = message('Z', 'I');
const listens = message('C', 'LISTEN\0');
const terminate = message('X', '');
const shuttingDown = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

async function startCutProxy(target: { host: string; port: number } | { path: string }): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let losing = false;
  let leaves: Parameters<CutProxy['shutDown']>[0] = 'never';
  let left = 0;
  const clients = new Set<Socket>();
  const listening = new Set<Socket>();
  const leave = (client: Socket, last: Buffer): void => {
    left += 1;
    client.write(last);
  };
  const server = createServer((client) => {
    const upstream = connect(target);
    let taken = false;
    clients.add(client);
    client.on('close', () => {
      clients.delete(client);
      listening.delete(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data: Buffer) => {
      if (leaves === 'closed' && data.includes(terminate)) leave(client, shuttingDown);
      else upstream.write(data);
    });
    upstream.on('data', (data: Buffer) => {
      if (losing) return;
      const says = { connected: !taken && data.includes(readyForQuery), listens: data.includes(listens), closed: false, never: false };
      taken ||= data.includes(readyForQuery);
      if (says.listens) listening.add(client);
      if (says[leaves]) leave(client, Buffer.concat([data, shuttingDown]));
      else client.write(data);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswers: async (ms) => {
      losing = true;
      await new Promise((resolve) => setTimeout(resolve, ms));
      breakAll();
      losing = false;
    },
    shutDown: (when) => {
      leaves = when;
      if (when === 'connected' || when === 'listens') for (const socket of listening) socket.destroy();
    },
    shutDowns: () => left,
    connections: () => clients.size,
    listening: () => listening.size,
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
