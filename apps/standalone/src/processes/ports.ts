import { createServer } from 'node:net';

/** Whether something can listen on a port of this machine. */
export async function isFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, host, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** The first free port from `first` on. */
export async function freePortFrom(first: number, host?: string): Promise<number> {
  for (let port = first; port < first + 200; port += 1) if (await isFree(port, host)) return port;
  return 0;
}

/** A free port that the system chooses, so that two processes do not choose the same one. */
export async function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}
