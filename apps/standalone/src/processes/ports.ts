import { createServer } from 'node:net';
import { AppError } from '@watchpost/shared/errors';

const portsTried = 200;

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

/** The first free port from `first` on. Rejects with `port-in-use` if the next 200 are taken. */
export async function freePortFrom(first: number, host?: string): Promise<number> {
  for (let port = first; port < first + portsTried; port += 1) if (await isFree(port, host)) return port;
  throw new AppError('port-in-use', `no port from ${String(first)} to ${String(first + portsTried - 1)} is free`);
}

/** A free port that the system chooses, so that two processes do not choose the same one. */
export async function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new AppError('port-in-use', 'the system has no free port'));
      });
    });
  });
}
