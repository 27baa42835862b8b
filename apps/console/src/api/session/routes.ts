import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import { within } from '@watchpost/shared/wait';
import { releaseVersion } from '@watchpost/shared/observability/build-info';
import { z } from 'zod';
import type { ConsoleApp } from '../../console-app.ts';
import type { ConsoleDeps } from '../../deps.ts';
import { cookieName, linkUser, markOf, passwordUser, sameSecret, sessionIdIn } from '../../sign-in/authenticate.ts';
import { browserKnownMs, type Trier } from '../../sign-in/attempts.ts';
import { createConsoleLog, type ConsoleLogEntry } from '../../sign-in/console-log.ts';
import { sessionLongestMs } from '../../sign-in/sessions.ts';
import type { User } from '../../sign-in/user.ts';
import { userOf } from '../../sign-in/actor.ts';
import { linkBody, sessionAnswer, signInBody } from './schema.ts';

const done = z.object({ done: z.literal(true) });
const openToAll = { open: true } as const;
/** For signing in, milliseconds. */
const patienceMs = 10_000;

/** Signing in and out. */
export function registerSession(app: ConsoleApp, deps: ConsoleDeps): void {
  app.get(
    '/api/session',
    {
      config: openToAll,
      schema: { summary: 'Who is signed in, and how one could be', tags: ['session'], response: { 200: sessionAnswer } },
    },
    async (request) => {
      const { user, csrfToken } = request;
      const { config, sessions, marks } = deps;
      const { CONSOLE_PASSWORD: password, CONSOLE_LINK_CODE: code, CONSOLE_URL: address = null } = config;
      const sessionId = user ? null : sessionIdIn(request, config);
      const ended = sessionId === null ? null : await sessions.whyOver(sessionId, (one) => markOf(one, marks), request.ending);
      return { user, ended, csrfToken, password: password !== undefined, link: code !== undefined, address, version: releaseVersion() };
    },
  );
  const door = createDoor(deps);
  registerSignIn(app, deps, door);
  registerSignOut(app, deps, door);
}

/** What signing in and out share. */
function createDoor({ config, database, sessions, attempts, counted, live, log, stopping }: ConsoleDeps) {
  const name = cookieName(config);
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: name.startsWith('__Host-') } as const;
  const signal = (): AbortSignal => within(stopping, patienceMs);
  const browser = `${name}-browser`;
  const trierOf = (request: FastifyRequest): Trier => ({ address: request.ip, browserId: request.cookies[browser] ?? null });
  const note = async (request: FastifyRequest, what: ConsoleLogEntry['what'], actor: string | null): Promise<void> => {
    const entry = { what, actor, where: request.ip, detail: null };
    await createConsoleLog(database.parts().documents).record(entry, signal());
    live.announce({ topic: 'log' });
  };
  return {
    signal,
    note,
    begin: async (request: FastifyRequest): Promise<void> => {
      if (cookie.secure) refuseOverHttp(request, config.CONSOLE_URL ?? '');
      try {
        await attempts.begin(trierOf(request), signal());
      } catch (error) {
        if (error instanceof AppError && error.code === 'sign-in-limited') counted.signIn('limited');
        throw error;
      }
    },
    enter: async (request: FastifyRequest, reply: FastifyReply, user: User, mark: string): Promise<void> => {
      // A session from before is not continued: what somebody put into the browser is of no use to them.
      if (request.sessionId !== null) await sessions.end(request.sessionId, signal());
      const sessionId = await sessions.begin(user, mark, signal());
      const browserId = await attempts.succeeded(trierOf(request), signal());
      await note(request, 'signed-in', user.id);
      counted.signIn('signed-in');
      log.info({ user: user.id, address: request.ip }, 'somebody signed in to the console');
      reply.setCookie(name, sessionId, { ...cookie, maxAge: sessionLongestMs / 1_000 });
      reply.setCookie(browser, browserId, { ...cookie, maxAge: browserKnownMs / 1_000 });
    },
    refuse: async (request: FastifyRequest, why: string): Promise<never> => {
      await note(request, 'refused', null);
      counted.signIn('refused');
      log.warn({ address: request.ip }, 'somebody was refused at the console');
      throw new AppError('sign-in-refused', why);
    },
    leave: (reply: FastifyReply): void => {
      reply.clearCookie(name, cookie);
    },
  };
}
type Door = ReturnType<typeof createDoor>;

/** Names for which browsers keep a cookie for https only over http, too. */
const loopback = /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/;

/**
 * A browser drops our cookie where its page came over http: signing in would look as if it did nothing, and each try would leave a session
 * that nobody has. What the page's address is the browser says itself, so that a proxy before us does not matter.
 */
function refuseOverHttp({ headers }: FastifyRequest, address: string): void {
  const page = parseUrl(headers.origin ?? '');
  if (page?.protocol !== 'http:' || loopback.test(page.hostname)) return;
  throw new AppError('sign-in-refused', `Over http this browser would not keep the cookie: open the console at ${address}`);
}

function registerSignIn(app: ConsoleApp, { config, links, marks }: ConsoleDeps, { signal, begin, enter, refuse }: Door): void {
  app.post(
    '/api/sign-in',
    { config: openToAll, schema: { summary: 'Sign in with the password', tags: ['session'], body: signInBody, response: { 200: done } } },
    async (request, reply) => {
      await begin(request);
      const { CONSOLE_PASSWORD: password } = config;
      if (password === undefined || !sameSecret(request.body.password, password)) return refuse(request, 'This is not the password.');
      await enter(request, reply, passwordUser, marks.password);
      return { done: true } as const;
    },
  );
  app.post(
    '/api/sign-in/link',
    {
      config: openToAll,
      schema: { summary: 'Sign in with the link of the demonstration, once', tags: ['session'], body: linkBody, response: { 200: done } },
    },
    async (request, reply) => {
      await begin(request);
      if (!(await links.use(request.body.code, signal())))
        return refuse(request, 'This link has been used, or is too old. Start watchpost again for a new one, or set CONSOLE_PASSWORD.');
      await enter(request, reply, linkUser, marks.link);
      return { done: true } as const;
    },
  );
}

function registerSignOut(app: ConsoleApp, { sessions }: ConsoleDeps, { signal, note, leave }: Door): void {
  app.post(
    '/api/sign-out',
    { config: { role: 'viewer' }, schema: { summary: 'Sign out here', tags: ['session'], response: { 200: done } } },
    async (request, reply) => {
      if (request.sessionId !== null) await sessions.end(request.sessionId, signal());
      await note(request, 'signed-out', userOf(request).id);
      leave(reply);
      return { done: true } as const;
    },
  );
  app.post(
    '/api/sign-out/everywhere',
    {
      config: { role: 'viewer' },
      schema: { summary: 'End all sessions of this user', tags: ['session'], response: { 200: z.object({ ended: z.int() }) } },
    },
    async (request, reply) => {
      const { id } = userOf(request);
      const ended = await sessions.endAll(id, signal());
      await note(request, 'signed-out-everywhere', id);
      leave(reply);
      return { ended };
    },
  );
}
