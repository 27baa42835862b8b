import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** A proxy in front of a server. */
export interface CuttingProxy {
  port: number;
  /** From now on the server gets what is sent to it, but its answers are lost, and the connections end a moment later. */
  loseAnswers: () => void;
  /** Connections work again. */
  mend: () => void;
  close: () => Promise<void>;
}

/** `target`: a port, or the path of a socket. */
export async function startCuttingProxy(target: number | string): Promise<CuttingProxy> {
  let isLosing = false;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (isLosing) client.destroy();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    loseAnswers: () => (isLosing = true),
    mend: () => (isLosing = false),
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
