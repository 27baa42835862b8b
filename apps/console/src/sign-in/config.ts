import { isIP } from 'node:net';
import { commaList, mayBeQuoted, type ConfigOf } from '@watchpost/shared/config/parse-env';
import { parseUrl } from '@watchpost/shared/parse-url';
import { z } from 'zod';
import { roles } from './user.ts';

const addressOrNetwork = (entry: string): boolean => {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  return family > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)));
};

const tokenSchema = z
  .string()
  .regex(/^[\w.@-]{1,60}:(viewer|editor|admin):\S{24,200}$/, 'each must be name:role:secret, the secret of at least 24 characters')
  .transform((text) => {
    const [name = '', role = '', ...secret] = text.split(':');
    return { name, role: z.enum(roles).parse(role), secret: secret.join(':') };
  });

/** How people and programs sign in. */
export const signInEnv = {
  /** Whoever knows it is an admin of the console. */
  CONSOLE_PASSWORD: z.string().min(12, 'must have at least 12 characters').meta(mayBeQuoted).optional(),
  /** For programs: `name:role:secret`, comma separated, sent as `Authorization: Bearer secret`. */
  CONSOLE_TOKENS: commaList.pipe(z.array(tokenSchema)).optional(),
  /** The header in which a proxy before us says who is signed in. */
  CONSOLE_PROXY_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header')
    .optional(),
  /** Of the proxies: addresses or networks, comma separated. */
  CONSOLE_PROXY_ADDRESSES: commaList
    .refine((entries) => entries.every(addressOrNetwork), 'must be IP addresses or networks such as 10.0.0.0/8')
    .optional(),
  /** The header holds a token that these keys have signed. */
  CONSOLE_JWKS_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  CONSOLE_JWT_AUDIENCE: z.string().optional(),
  CONSOLE_JWT_ISSUER: z.string().optional(),
  /** Which claim says who it is. Without it: `email` where it is verified, else `sub`. */
  CONSOLE_JWT_CLAIM: z.string().optional(),
  /** Who of those that a proxy names is more than a viewer. */
  CONSOLE_ADMINS: commaList.optional(),
  CONSOLE_EDITORS: commaList.optional(),
  /** Where people reach the console. With https the cookie is sent over nothing else. */
  CONSOLE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .refine((url) => /^https?:\/\/[^/?#]+$/.test(url), 'must have no path: the console is served at the root of a name of its own')
    .optional(),
  /** Further names that the console answers under, such as the one that Prometheus asks by. */
  CONSOLE_HOSTS: commaList
    .transform((names) => names.map((name) => name.toLowerCase()))
    .refine(
      (names) => names.every((name) => parseUrl(`http://${name}`)?.host === name && !name.includes(':')),
      'must be names of hosts, without a port',
    )
    .optional(),
  /** The secret of a link that logs in once, made by `npm start` for the demonstration. */
  CONSOLE_LINK_CODE: z
    .string()
    .regex(/^[\w-]{22,}$/, 'is made by npm start')
    .optional(),
};
export type SignInConfig = ConfigOf<typeof signInEnv>;

/** Whether anybody could sign in: only then does `npm start` start the console. */
export const hasSignIn = (config: SignInConfig): boolean =>
  [config.CONSOLE_PASSWORD, config.CONSOLE_TOKENS, config.CONSOLE_PROXY_HEADER, config.CONSOLE_LINK_CODE].some((way) => way !== undefined);

/** Of those who come by the password and by the demonstration's link: nobody else may be called so. */
export const ownNames: ReadonlySet<string> = new Set(['admin', 'visitor']);

/** A name as it is compared. Sign-in services give an address as it was typed: that must not make two people of one. */
export const spelt = (name: string): string => (name.includes('@') ? name.toLowerCase() : name);

/** The tokens that could be read: those with a fault of their own are text still, where several variables are looked at together. */
const tokensOf = ({ CONSOLE_TOKENS = [] }: SignInConfig) => CONSOLE_TOKENS.filter((token) => typeof token === 'object');

function tokenFaults(tokens: ReturnType<typeof tokensOf>): string[] {
  const faults: string[] = [];
  if (tokens.some(({ name }) => ownNames.has(name)))
    faults.push('CONSOLE_TOKENS: admin and visitor are the names of those who come by the password or the link: choose others');
  for (const [index, { name, role, secret }] of tokens.entries()) {
    const before = tokens.slice(0, index);
    const same = before.find((other) => other.secret === secret);
    if (same) faults.push(`CONSOLE_TOKENS: ${same.name} and ${name} have the same secret`);
    if (before.some((other) => other.name === name && other.role !== role)) faults.push(`CONSOLE_TOKENS: ${name} has two roles`);
  }
  return faults;
}

/** The proxy may sign nobody in under the name of a token. */
function lockedOut(tokens: ReturnType<typeof tokensOf>, { CONSOLE_ADMINS = [], CONSOLE_EDITORS = [] }: SignInConfig): string[] {
  const people = new Set([...CONSOLE_ADMINS, ...CONSOLE_EDITORS].map(spelt));
  return tokens
    .filter(({ name }) => people.has(spelt(name)))
    .map(({ name }) => `CONSOLE_TOKENS: ${name} also stands in CONSOLE_ADMINS or CONSOLE_EDITORS: give the token another name`);
}

/** Without any way to sign in the console does not start. */
export function signInFaults(config: SignInConfig): string[] {
  const faults: string[] = [];
  if (!hasSignIn(config))
    faults.push(
      'CONSOLE_PASSWORD, CONSOLE_TOKENS or CONSOLE_PROXY_HEADER must be set: without one of them nobody could sign in to the console',
    );
  const tokens = tokensOf(config);
  faults.push(...tokenFaults(tokens), ...lockedOut(tokens, config));
  if (config.CONSOLE_PROXY_HEADER && !config.CONSOLE_PROXY_ADDRESSES)
    faults.push('CONSOLE_PROXY_ADDRESSES must be set with CONSOLE_PROXY_HEADER: otherwise anybody could send that header');
  if (config.CONSOLE_JWKS_URL && !config.CONSOLE_PROXY_HEADER)
    faults.push('CONSOLE_PROXY_HEADER must be set with CONSOLE_JWKS_URL: it names the header that holds the token');
  if (config.CONSOLE_JWKS_URL && !config.CONSOLE_JWT_AUDIENCE)
    faults.push('CONSOLE_JWT_AUDIENCE must be set with CONSOLE_JWKS_URL: otherwise a token that is meant for another service would do');
  return faults;
}
