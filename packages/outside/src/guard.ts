import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import { isPublicAddress } from './public-address.ts';

/** An address of a host, with its family: 4 or 6. */
export interface HostAddress {
  address: string;
  family: number;
}

/** How a guard finds addresses and judges them; the defaults are those of the public internet. */
export interface GuardDeps {
  /** All addresses of a name. Rejects as `dns.lookup` does. */
  lookUp: (host: string) => Promise<HostAddress[]>;
  isPublic: (address: string) => boolean;
  ports: readonly number[];
}

export const publicInternet: GuardDeps = {
  lookUp: (host) => lookup(host, { all: true }),
  isPublic: isPublicAddress,
  ports: [80, 443],
};

/** What a guard lets through; see FetchOutsideOptions. */
export interface Allowed {
  hosts: readonly string[] | null;
  privateOrigins: readonly string[];
}

/** Whether a host is in the list, or below one that is. Pure. */
export function isHostIn(hosts: readonly string[], host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return hosts.some((each) => name === each || name.endsWith(`.${each}`));
}

/** The URL, if what it says may be asked for; what its name stands for is known only to `addressesOf`. Throws `address-refused`. */
export function checkedUrl(text: string, { hosts, privateOrigins }: Allowed, { ports, isPublic }: GuardDeps): URL {
  const url = parseUrl(text);
  if (!url) throw new AppError('address-refused', 'this is no web address');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AppError('address-refused', 'only addresses that begin with http:// or https:// are fetched');
  if (url.username !== '' || url.password !== '')
    throw new AppError('address-refused', 'addresses with a name or a password are not fetched');
  if (hosts && !isHostIn(hosts, url.hostname))
    throw new AppError('address-refused', `${url.hostname} is not among the hosts that are allowed`);
  if (privateOrigins.includes(url.origin)) return url;
  const port = portOf(url);
  if (!ports.includes(port)) throw new AppError('address-refused', `port ${port} is not asked, only 80 and 443 are`);
  const host = bareHost(url.hostname);
  if (isIP(host) && !isPublic(host)) throw notPublic(host);
  return url;
}

/**
 * The addresses of a host, all of which may be asked: whoever connects uses these and asks no other resolver, because the next answer may
 * be another one. Rejects with `address-refused` if one of them is not public, with `fetch-refused` if there is no such host, and with
 * `fetch-failed` if nobody can tell.
 */
export async function addressesOf(host: string, isPrivateAllowed: boolean, { lookUp, isPublic }: GuardDeps): Promise<HostAddress[]> {
  const bare = bareHost(host);
  const literal = isIP(bare);
  const found = literal ? [{ address: bare, family: literal }] : await namesAddresses(bare, lookUp);
  if (found.length === 0) throw new AppError('fetch-refused', `${bare} has no address`);
  // One that is not public among others is no accident.
  if (!isPrivateAllowed && !found.every(({ address }) => isPublic(address))) throw notPublic(bare);
  return found;
}

/** The port that a URL means. */
export const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));

/** An IPv6 address without the brackets that URLs have. */
const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

const notPublic = (host: string): AppError =>
  new AppError('address-refused', `${host} is not on the public internet: addresses of private networks are not fetched`);

async function namesAddresses(host: string, lookUp: GuardDeps['lookUp']): Promise<HostAddress[]> {
  try {
    return await lookUp(host);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOTFOUND') throw new AppError('fetch-refused', `there is no host ${host}`, { cause: error });
    throw new AppError('fetch-failed', `the address of ${host} could not be found out`, { cause: error });
  }
}
