import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@watchpost/shared/errors';
import type { Metrics } from '@watchpost/shared/observability/metrics';

export interface HealthChecks {
  /** The process does its work: false tells the supervisor to restart it. */
  live(): boolean;
  /** Null when ready, else why not. */
  notReadyBecause(): string | null;
}

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** `GET /health/live`, `/health/ready` and `/metrics`, for whoever supervises the worker. Port 0 takes a free one. Rejects with `port-in-use`. */
export async function startHealthServer(port: number, checks: HealthChecks, metrics: Metrics): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/').then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    });
  });
  const answer = async (url: string): Promise<{ status: number; type: string; body: string }> => {
    const path = url.split('?', 1)[0];
    if (path === '/health/live') {
      const live = checks.live();
      return json(live ? 200 : 503, { status: live ? 'live' : 'stuck' });
    }
    if (path === '/health/ready') {
      const reason = checks.notReadyBecause();
      return reason === null ? json(200, { status: 'ready' }) : json(503, { status: 'not ready', reason });
    }
    if (path === '/metrics') {
      const { contentType, body } = await metrics.scrape();
      return { status: 200, type: contentType, body };
    }
    return json(404, { status: 'not found' });
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new AppError('port-in-use', `port ${port} is taken (WORKER_PORT)`, { cause: error }) : error);
    });
    server.listen(port, resolve);
  });
  return {
    port: addressOf(server.address()).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(status: number, body: object): { status: number; type: string; body: string } {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new AppError('internal', 'the health server has no port');
  return address;
}
