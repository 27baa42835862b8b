import fastifyCookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { healthEndpoints, type Check } from '@watchpost/shared/process/health';
import { limitConnections } from '@watchpost/shared/process/limit-connections';
import { fastify, type RouteOptions } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { registerApi } from './api/register-api.ts';
import type { ConsoleApp } from './console-app.ts';
import type { ConsoleDeps, OpenedDeps } from './deps.ts';
import { registerChangeLog } from './http/change-log.ts';
import { registerErrorHandler } from './http/errors.ts';
import { registerGuard } from './http/guard.ts';
import { registerHostCheck } from './http/host.ts';
import { isApi, registerHeaders } from './http/headers.ts';
import { registerOpenApi } from './http/openapi.ts';
import { registerPages } from './http/pages.ts';
import { readableUrl, refuseUnreadable, watchAnswers } from './http/unreadable.ts';
import { createConsents } from '@watchpost/privacy/consent/consents';
import { createShownTo } from './people/shown-to.ts';
import { createConsoleMetrics, type ConsoleMetrics } from './metrics.ts';
import { counted, createAttempts } from './sign-in/attempts.ts';
import { createAuthenticate, createMarks } from './sign-in/authenticate.ts';
import { createCsrfKey } from './sign-in/csrf-key.ts';
import { createLinks } from './sign-in/links.ts';
import { proxyAddresses } from './sign-in/proxy.ts';
import { createSessions } from './sign-in/sessions.ts';

export interface AppDeps extends OpenedDeps {
  checks: Readonly<Record<string, Check>>;
  metrics: Metrics;
  /** For tests: further routes of the API, and whoever wants to know them all. */
  routes?: ((api: ConsoleApp) => void) | undefined;
  onRoute?: ((route: RouteOptions) => void) | undefined;
}

/** Of one request. Settings and lists of ids are far smaller. Bytes. */
const bodyLimit = 1_048_576;
/** Of one address in a minute: pages ask some dozens of times, a program in a loop is slowed down. */
const requestsPerMinute = 1_200;
const mostConnections = 1_000;
/** Whoever has left already has no address. */
const keyGenerator = ({ ip }: { ip: string | undefined }): string => counted(ip ?? '');

/** The application without a socket: everything is registered here, in order. Tests call it with `inject`. */
export function buildApp({ checks, metrics, routes, onRoute, ...opened }: AppDeps): ConsoleApp {
  const deps = withSignIn(opened, createConsoleMetrics(metrics));
  metrics.onScrape(() => deps.counted.set({ readers: deps.live.count() }));
  const { config } = deps;
  const isProxy = proxyAddresses(config.CONSOLE_PROXY_ADDRESSES ?? []);
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit,
    clientErrorHandler: refuseUnreadable,
    rewriteUrl: ({ url = '/' }) => readableUrl(url),
    // What comes while we stop is refused by us, in the form of every other refusal.
    return503OnClosing: false,
    // Who asks is whoever the proxies that we know say; nobody else is believed.
    trustProxy: (address) => isProxy(address),
    requestTimeout: 60_000,
    keepAliveTimeout: 20_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, requireHostHeader: false },
    // Each route says how long an id may be; more than this is in no request.
    routerOptions: { maxParamLength: 16_384 },
  }).withTypeProvider<ZodTypeProvider>();
  limitConnections(app.server, mostConnections);
  watchAnswers(app.server);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('user', null);
  app.decorateRequest('sessionId', null);
  app.decorateRequest('csrfToken', '');
  registerErrorHandler(app, deps);
  registerHeaders(app, { https: config.CONSOLE_URL?.startsWith('https:') ?? false });
  registerHostCheck(app, deps);
  void app.register(fastifyCookie);
  void app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    allowList: (request) => !isApi(request),
    keyGenerator,
  });
  registerOpenApi(app);
  void app.register(async (scope) => {
    const api = scope.withTypeProvider<ZodTypeProvider>();
    registerGuard(api, deps);
    registerChangeLog(api, deps);
    api.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url;
      // A stream takes as long as somebody listens.
      if (route === undefined || route === '/api/live') return;
      deps.counted.answered({ route, status: reply.statusCode, seconds: reply.elapsedTime / 1_000 });
    });
    if (onRoute) api.addHook('onRoute', onRoute);
    registerApi(api, deps);
    routes?.(api);
  });
  const health = { live: () => true, checks, stopping: deps.stopping, scrape: async () => metrics.scrape() };
  for (const [path, answer] of healthEndpoints) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => {
      const { status, contentType, body } = await answer(health);
      return reply.code(status).type(contentType).header('cache-control', 'no-store').send(body);
    });
  }
  registerPages(app);
  return app;
}

function withSignIn(opened: OpenedDeps, counted: ConsoleMetrics): ConsoleDeps {
  const { config, database, log, stopping } = opened;
  const documents = () => database.parts().documents;
  const sessions = createSessions(documents);
  const marks = createMarks(config);
  const authenticate = createAuthenticate(config, { sessions, marks, csrfKey: createCsrfKey(documents), log });
  const links = createLinks(config, documents);
  database
    .opened(stopping)
    .then(async () => links.begin(stopping))
    .catch((err: unknown) => {
      if (config.CONSOLE_LINK_CODE !== undefined && !stopping.aborted)
        log.warn({ err }, 'when the link began could not be noted: it does not sign in. Start the demonstration again');
    });
  const shownTo = createShownTo({
    parts: () => database.parts(),
    consents: (parts) => createConsents(parts),
    isRequired: config.REQUIRE_CONSENT === 'name',
    stopping,
  });
  return { ...opened, counted, sessions, marks, authenticate, shownTo, attempts: createAttempts(documents), links };
}
