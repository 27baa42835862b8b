import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyRequest } from 'fastify';
import type { SignInConfig } from './config.ts';
import { createProxySignIn } from './proxy.ts';
import { csrfTokenOf, passwordMark, sessionIdLength, type Sessions } from './sessions.ts';
import type { User } from './user.ts';

/** Who asks, and how that is known. */
export interface Authenticated {
  user: User;
  /** What the browser's cookie holds; null: signed in by another way. */
  sessionId: string | null;
  /** Whether the browser sends by itself what proves it (a cookie, a proxy's sign-in), also for another site's page. */
  ambient: boolean;
  /** Empty: none can be told while the database is away, and nothing can be changed. */
  csrfToken: string;
}

/** Who asks; null: nobody who is known. `isUse`: somebody does something, so that the session begins its time again. */
export type Authenticate = (request: FastifyRequest, isUse: boolean, signal: AbortSignal) => Promise<Authenticated | null>;

/** Compares without telling by its time how much was right. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The name of the cookie: with https one that no other host of the domain can set. */
export const cookieName = ({ CONSOLE_URL: url }: SignInConfig): string => (url?.startsWith('https:') ? '__Host-watchpost' : 'watchpost');

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What a session must still match: that of the password, or of the link, that it came by. */
export function createMarks(config: SignInConfig): { password: string; link: string } {
  const { CONSOLE_PASSWORD: password, CONSOLE_LINK_CODE: code } = config;
  return {
    password: password === undefined ? '' : `password ${passwordMark(password)}`,
    link: code === undefined ? '' : `link ${digest(code)}`,
  };
}

/** What a session of this user must match. */
export const markOf = ({ id }: User, marks: ReturnType<typeof createMarks>): string => (id === linkUser.id ? marks.link : marks.password);

/** What the cookie holds; null: there is none of ours. */
export function sessionIdIn(request: FastifyRequest, config: SignInConfig): string | null {
  const sessionId = request.cookies[cookieName(config)] ?? '';
  return sessionId.length === sessionIdLength ? sessionId : null;
}

export interface AuthenticateDeps {
  sessions: Sessions;
  marks: ReturnType<typeof createMarks>;
  csrfKey: (signal: AbortSignal) => Promise<Buffer>;
  log: Logger;
}

/** By a token, else by what a proxy says, else by the session's cookie. */
export function createAuthenticate(config: SignInConfig, { sessions, marks, csrfKey, log }: AuthenticateDeps): Authenticate {
  const fromProxy = createProxySignIn(config, log);
  const byToken = (authorization: string | undefined): User | null => {
    const given = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return null;
    let found: User | null = null;
    // All are compared, whichever it is.
    for (const token of config.CONSOLE_TOKENS ?? [])
      if (sameSecret(given, token.secret)) found = { id: `console:${token.name}`, name: token.name, role: token.role };
    return found;
  };
  return async (request, isUse, signal) => {
    const program = byToken(request.headers.authorization);
    if (program) return { user: program, sessionId: null, ambient: false, csrfToken: '' };
    let refusal: unknown;
    const passedOn = await fromProxy(request).catch((error: unknown) => {
      refusal = error;
      return null;
    });
    if (passedOn) {
      const key = await csrfKey(signal).catch(() => null);
      const csrfToken = key === null ? '' : createHmac('sha256', key).update(passedOn.id).digest('base64url');
      return { user: passedOn, sessionId: null, ambient: true, csrfToken };
    }
    const sessionId = sessionIdIn(request, config);
    const user = sessionId === null ? null : await sessions.find(sessionId, { mark: (signedIn) => markOf(signedIn, marks), isUse }, signal);
    // Whoever signed in with the password stays signed in, whatever becomes of the proxy.
    if (!user && refusal !== undefined) throw refusal;
    return user && sessionId !== null ? { user, sessionId, ambient: true, csrfToken: csrfTokenOf(sessionId) } : null;
  };
}

/** Whoever knows the password. */
export const passwordUser: User = { id: 'console:admin', name: 'admin', role: 'admin' };
/** Whoever came by the link of the demonstration. */
export const linkUser: User = { id: 'console:visitor', name: 'visitor', role: 'admin' };
