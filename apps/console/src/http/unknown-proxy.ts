import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyRequest } from 'fastify';
import { proxyAddresses } from '../sign-in/proxy.ts';

/**
 * Says once that a proxy is before us that nobody has named: then all people have its address, and whoever guesses passwords makes them all
 * wait.
 */
export function unknownProxy(listed: readonly string[], log: Pick<Logger, 'warn'>): (request: FastifyRequest) => void {
  const isListed = proxyAddresses(listed);
  let isTold = false;
  return ({ headers, socket }) => {
    const address = socket.remoteAddress ?? '';
    if (isTold || headers['x-forwarded-for'] === undefined || isListed(address)) return;
    isTold = true;
    log.warn(
      { address },
      'a proxy that CONSOLE_PROXY_ADDRESSES does not name passes requests on: attempts to sign in through it count together, as if one person made them',
    );
  };
}
