import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What pages may load: only what this process serves; no inline script or style, no frame around or in them. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'blob:'],
    'connect-src': ["'self'"],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
  },
};

/** The headers of every answer. `https`: browsers shall come by https from now on. */
export function registerHeaders(app: FastifyInstance, { https }: { https: boolean }): void {
  void app.register(helmet, {
    contentSecurityPolicy,
    strictTransportSecurity: https ? { maxAge: 180 * 86_400, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=()');
    // Answers are about people: no cache keeps them unless a route says otherwise.
    if (isApi(request)) reply.header('cache-control', 'no-store');
  });
}

/** Whether a route of the API was found, however its address was written, or one was looked for. */
export const isApi = (request: FastifyRequest): boolean =>
  request.routeOptions.url?.startsWith('/api/') === true || request.url.startsWith('/api/');
