import { BlockList, isIP } from 'node:net';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyRequest } from 'fastify';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { ownNames, spelt, type SignInConfig } from './config.ts';
import { createKeys } from './keys.ts';
import type { Role, User } from './user.ts';

/** The addresses of the proxies before us, as Fastify and we ask for them. */
export function proxyAddresses(list: readonly string[]): (address: string) => boolean {
  const block = new BlockList();
  for (const entry of list) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) block.addAddress(address, family);
    else block.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
    return isIP(plain) > 0 && block.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
}

/** Whatever a name comes from: it is shown, kept, and written into the log. */
const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name));

/** The value of a header as the proxy wrote it: Node reads UTF-8 as Latin-1. */
function decoded(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

const isSentOnce = ({ raw }: FastifyRequest, header: string): boolean =>
  raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === header).length === 1;

/**
 * Who a proxy before us says it is: its header counts only if the proxy itself asks (not somebody whom it passes on), and with
 * `CONSOLE_JWKS_URL` only as a token that the proxy's keys have signed. Null: it says nothing.
 */
export function createProxySignIn(config: SignInConfig, log: Pick<Logger, 'warn'>): (request: FastifyRequest) => Promise<User | null> {
  const header = config.CONSOLE_PROXY_HEADER?.toLowerCase();
  if (header === undefined) return async () => null;
  const isProxy = proxyAddresses(config.CONSOLE_PROXY_ADDRESSES ?? []);
  const tell = onceAMinute((err: unknown, what: string) => log.warn({ err }, what));
  const stale = (err: unknown): void => tell(err, 'the keys of CONSOLE_JWKS_URL cannot be read again: the known ones hold for a day');
  const keys = config.CONSOLE_JWKS_URL === undefined ? null : createKeys(new URL(config.CONSOLE_JWKS_URL), { tell: stale });
  const isListed = (list: readonly string[] | undefined, name: string): boolean => list?.some((each) => spelt(each) === name) ?? false;
  const roleOf = (name: string): Role => {
    if (isListed(config.CONSOLE_ADMINS, name)) return 'admin';
    return isListed(config.CONSOLE_EDITORS, name) ? 'editor' : 'viewer';
  };
  const taken = new Set([...ownNames, ...(config.CONSOLE_TOKENS ?? []).map(({ name }) => spelt(name))]);
  return async (request) => {
    const value = request.headers[header];
    if (typeof value !== 'string' || value === '' || !isProxy(request.socket.remoteAddress ?? '')) return null;
    if (!isSentOnce(request, header)) throw new AppError('request-unauthorised', 'the proxy sends its header more than once');
    const said = keys === null ? decoded(value) : await subjectOf(value.replace(/^Bearer /i, ''), keys, { config, tell });
    const { data: name } = nameSchema.transform(spelt).safeParse(said);
    if (name === undefined)
      throw new AppError('request-unauthorised', 'the proxy names nobody: a name has 1 to 200 characters, all of them visible');
    if (taken.has(name)) throw new AppError('request-unauthorised', `the proxy says ${name}, a name that only the console itself gives`);
    return { id: `console:${name}`, name, role: roleOf(name) };
  };
}

interface SubjectDeps {
  config: SignInConfig;
  tell: (err: unknown, what: string) => void;
}

/** Whether the token itself is at fault; else its keys could not be fetched, or make no sense. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === errors.JOSEError.code);

/** One line a minute tells an operator: everybody's every request fails for the same reason. */
function onceAMinute(tell: (err: unknown, what: string) => void): (err: unknown, what: string) => void {
  const told = new Map<string, number>();
  return (err, what) => {
    const nowMs = performance.now();
    if (nowMs - (told.get(what) ?? -60_000) < 60_000) return;
    told.set(what, nowMs);
    tell(err, what);
  };
}

/** An address that nobody has verified could be anybody's; some write whether it is as text. */
function nameIn(payload: JWTPayload, claim: string | undefined): unknown {
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const { email, email_verified: verified, sub } = payload;
  if (claim !== undefined && claim !== 'email') return textOf(payload[claim]);
  // Whoever names the claim trusts it where nothing is said.
  const isBelieved = String(verified) === 'true' || (claim === 'email' && verified === undefined);
  return (isBelieved ? textOf(email) : undefined) ?? sub;
}

async function subjectOf(token: string, keys: JWTVerifyGetKey, { config, tell }: SubjectDeps): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      ...(config.CONSOLE_JWT_AUDIENCE === undefined ? {} : { audience: config.CONSOLE_JWT_AUDIENCE }),
      ...(config.CONSOLE_JWT_ISSUER === undefined ? {} : { issuer: config.CONSOLE_JWT_ISSUER }),
      requiredClaims: ['exp'],
      clockTolerance: 30,
      // Never a shared secret, never "none".
      algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
    });
    return nameIn(payload, config.CONSOLE_JWT_CLAIM);
  } catch (error) {
    if (!isOfToken(error)) {
      tell(error, 'the keys of CONSOLE_JWKS_URL cannot be read: nobody can come in through the proxy');
      throw new AppError('sign-in-unavailable', 'the keys that prove who you are cannot be read now', { cause: error });
    }
    tell(error, 'a token of the proxy is not valid');
    throw new AppError('request-unauthorised', 'the token of the proxy is not valid', { cause: error });
  }
}
