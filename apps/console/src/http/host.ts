import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';

/** Names that nobody outside can point at this machine. */
const localName = /^(localhost|[\w-]+|.+\.(localhost|local|lan|internal|home\.arpa|svc))$/i;

/**
 * Refuses a request to another name than ours, whatever it asks for: a page elsewhere may have pointed its own name at this machine. Only
 * `/health/…` is asked by any name, and tells nothing. Also refuses what comes while we stop.
 */
export function registerHostCheck(app: FastifyInstance, { config, stopping }: Pick<ConsoleDeps, 'config' | 'stopping'>): void {
  const own = [config.CONSOLE_URL === undefined ? undefined : parseUrl(config.CONSOLE_URL)?.hostname, hostname().toLowerCase()];
  const names = new Set([...own, ...(config.CONSOLE_HOSTS ?? [])]);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.url?.startsWith('/health/')) return;
    const { host } = request.headers;
    if (host === undefined) throw new AppError('request-malformed', 'the request does not say which host it is for');
    const name = (parseUrl(`http://${host}`)?.hostname ?? '').replace(/^\[|\]$/g, '');
    if (isIP(name) === 0 && !localName.test(name) && !names.has(name))
      throw new AppError(
        'request-forbidden',
        `the console is not known by the name ${name || '(none)'}: set CONSOLE_URL to the address that people use, or add the name to CONSOLE_HOSTS`,
      );
    if (stopping.aborted) throw new AppError('aborted', 'the console is stopping');
  });
}

/** Refuses a change that another site's page asked for: browsers say where a request comes from. */
export function checkOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const refuse = (): never => {
    throw new AppError('request-forbidden', 'this request comes from another site');
  };
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') refuse();
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  const from = parseUrl(origin)?.host;
  if (from === undefined || (from !== host && from !== (publicUrl === null ? null : parseUrl(publicUrl)?.host))) refuse();
}
