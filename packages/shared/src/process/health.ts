import { createServer } from 'node:http';
import { AppError } from '../errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import { listenError } from './listen-error.ts';

/**
 * True if the process has what it needs. A sentence says what a person has to do; one that rejects or throws counts as false.
 */
export type Check = () => Promise<boolean | string> | boolean | string;

/** The state of a process, for its supervisor and for Prometheus. */
export interface Health {
  /** False if a restart would help. */
  live: () => boolean;
  /** What the process needs in order to be ready, by name; checked at each request. */
  checks: Readonly<Record<string, Check>>;
  /**
   * The same of each of several sides that the process serves: it is ready while one of them is, because a supervisor that sends it nothing
   * more would take the others away too. The answer names what the rest waits for. Default: none.
   */
  sides?: readonly Readonly<Record<string, Check>>[];
  /** Aborted: the process takes no new work, and is not ready. */
  stopping: AbortSignal;
  scrape: Metrics['scrape'];
}

export interface HealthAnswer {
  status: number;
  contentType: string;
  body: string;
}

/**
 * The endpoints of every process, by path. `/health/live`: 503 asks for a restart. `/health/ready`: 503 with the names of the checks
 * that fail, and what to do about them where that is known (`reasons`); a 200 has them of a side that fails alone. `/metrics`: for
 * Prometheus.
 */
export const healthEndpoints: ReadonlyMap<string, (health: Health) => Promise<HealthAnswer>> = new Map([
  ['/health/live', async ({ live }) => (live() ? json(200, { status: 'live' }) : json(503, { status: 'stuck' }))],
  [
    '/health/ready',
    async ({ checks, sides = [], stopping }) => {
      const [own, ...ofSides] = await Promise.all(
        [{ 'not-stopping': () => !stopping.aborted, ...checks }, ...sides].map(async (each) => failedOf(each)),
      );
      const failed = [...ofSides.flat(), ...(own ?? [])];
      if (failed.length === 0) return json(200, { status: 'ready' });
      const isReady = own?.length === 0 && ofSides.some((side) => side.length === 0);
      const reasons = Object.fromEntries(failed.flatMap(({ name, found }) => (typeof found === 'string' ? [[name, found]] : [])));
      const waitingFor = failed.map(({ name }) => name);
      const rest = { waitingFor, ...(Object.keys(reasons).length > 0 && { reasons }) };
      return isReady ? json(200, { status: 'ready', ...rest }) : json(503, { status: 'not ready', ...rest });
    },
  ],
  [
    '/metrics',
    async ({ scrape }) => {
      const { contentType, body } = await scrape();
      return { status: 200, contentType, body };
    },
  ],
] satisfies [string, (health: Health) => Promise<HealthAnswer>][]);

/** Those that fail, in their order. */
async function failedOf(checks: Health['checks']): Promise<{ name: string; found: boolean | string }[]> {
  const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => ({ name, found: await resultOf(check) })));
  return results.filter(({ found }) => found !== true);
}

async function resultOf(check: Check): Promise<boolean | string> {
  try {
    return await check();
  } catch {
    return false;
  }
}

function json(status: number, body: object): HealthAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves the endpoints of a process that has no HTTP server otherwise. Port 0 takes a free one; `variable` sets it. Without a host it
 * listens on all addresses. Rejects as `listenError` says.
 */
export async function serveHealth(health: Health, port: number, variable: string, host?: string): Promise<HealthServer> {
  const answer = async (url: string): Promise<HealthAnswer> =>
    (await healthEndpoints.get(url.split('?', 1)[0] ?? '')?.(health)) ?? json(404, { status: 'not found' });
  const server = createServer((request, response) => {
    void answer(request.url ?? '/').then(({ status, contentType, body }) => {
      response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port, variable, host)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new AppError('internal', 'the health server has no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
