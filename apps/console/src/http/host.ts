import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { FastifyRequest } from 'fastify';

/** Names that nobody outside can point at this machine. */
const localName = /^(localhost|[\w-]+|.+\.(localhost|local|lan|internal|home\.arpa))$/i;

/** Refuses a request to another name than ours: a page elsewhere may have pointed its own name at this machine. */
export function checkHost(request: FastifyRequest, publicUrl: string | null): void {
  const name = (parseUrl(`http://${request.headers.host ?? ''}`)?.hostname ?? '').replace(/^\[|\]$/g, '');
  if (isIP(name) > 0 || localName.test(name) || name === hostname().toLowerCase()) return;
  if (publicUrl !== null && name === parseUrl(publicUrl)?.hostname) return;
  throw new AppError(
    'request-forbidden',
    `the console is not known by the name ${name || '(none)'}: set CONSOLE_URL to the address that people use`,
  );
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
