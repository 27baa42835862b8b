import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, that can lose what the server answers. */
export interface CutProxy {
  port: number;
  /** From now on the server gets what is sent and its answers are lost; `ms` later all connections break, and new ones work. */
  loseAnswers(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function startCutProxy(target: { host: string; port: number } | { path: string }): Promise<CutProxy> {
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
