import { setMaxListeners } from 'node:events';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ConsoleConfig } from '../config.ts';
import { sameSecret, type Authenticate, type Authenticated } from '../sign-in/authenticate.ts';
import { mayAct } from '../sign-in/user.ts';
import { errorAnswer } from './errors.ts';
import { unknownProxy } from './unknown-proxy.ts';
import { endingOf } from './ending.ts';
import { checkOrigin } from './host.ts';

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** What a page asks for by itself, because something changed, is nobody's use of the session; the stream has no header that says so. */
const isByItself = ({ method, headers, routeOptions }: FastifyRequest): boolean =>
  isRead(method) && (headers['x-background'] !== undefined || routeOptions.url === '/api/live');

const isOfProxy = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'sign-in-unavailable' || error.code === 'request-unauthorised');

export interface GuardDeps {
  config: ConsoleConfig;
  authenticate: Authenticate;
  log: Pick<Logger, 'warn'>;
  stopping: AbortSignal;
}

/**
 * Nobody reaches a route of the API without being somebody who may. A route is for viewers unless it names a role; one that changes
 * something must name it, or be `open`: this throws at the start otherwise. To be registered where there are routes of the API and no
 * others: what counts is the route that was found, as an address can be written in many ways (`/%61pi/people`).
 */
export function registerGuard(app: FastifyInstance, { config, authenticate, log, stopping }: GuardDeps): void {
  const publicUrl = config.CONSOLE_URL ?? null;
  // Each request that is being answered has a listener: that is no leak, of which Node would warn.
  setMaxListeners(0, stopping);
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    const { role, open = false } = route.config ?? {};
    if (!methods.every(isRead) && role === undefined && !open)
      throw new AppError('internal', `the route ${methods.join()} ${route.url} names no role`);
    if (route.schema) route.schema.response = { ...toRecord(route.schema.response), '4xx': errorAnswer, '5xx': errorAnswer };
  });
  const noticeProxy = unknownProxy(config.CONSOLE_PROXY_ADDRESSES ?? [], log);
  app.addHook('onRequest', async (request, reply) => {
    noticeProxy(request);
    request.ending = endingOf(request, reply, stopping);
    const found = await authenticate(request, !isByItself(request), request.ending).catch((error: unknown) => {
      // Where the proxy's word does not count, the password still does.
      if (request.routeOptions.config.open && config.CONSOLE_PASSWORD !== undefined && isOfProxy(error)) return null;
      throw error;
    });
    Object.assign(request, { user: found?.user ?? null, sessionId: found?.sessionId ?? null, csrfToken: found?.csrfToken ?? '' });
    if (request.is404) return;
    const changes = !isRead(request.method);
    // A program's token is sent by nobody's browser by itself.
    if (changes && found?.ambient !== false) checkOrigin(request, publicUrl);
    if (!request.routeOptions.config.open) admit(request, found, changes);
  });
}

function admit(request: FastifyRequest, found: Authenticated | null, changes: boolean): void {
  const { role = 'viewer' } = request.routeOptions.config;
  if (!found) throw new AppError('request-unauthorised', 'please sign in');
  if (changes && found.ambient) checkCsrf(request, found.csrfToken);
  if (!mayAct(found.user, role)) throw new AppError('request-forbidden', `this needs the role ${role}; you are ${found.user.role}`);
}

function checkCsrf(request: FastifyRequest, expected: string): void {
  const given = request.headers['x-csrf-token'];
  if (expected === '') throw new AppError('gallery-unavailable', 'nothing can be changed while the database is away');
  if (typeof given === 'string' && sameSecret(given, expected)) return;
  throw new AppError('request-forbidden', 'the page is out of date: please load it again');
}

const toRecord = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
