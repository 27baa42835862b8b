import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import type { StorageConfig } from '@watchpost/shared/config/common';

/** A TCP proxy in front of a server, that can lose what the server answers. */
export interface CutProxy {
  port: number;
  /** From now on the server gets what is sent and its answers are lost; `ms` later all connections break, and new ones work. */
  loseAnswers(ms: number): Promise<void>;
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

async function startCutProxy(target: { host: string; port: number } | { path: string }): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let losing = false;
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => void upstream.write(data));
    upstream.on('data', (data) => void (losing || client.write(data)));
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
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
