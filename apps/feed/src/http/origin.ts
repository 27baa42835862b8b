import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { FastifyRequest } from 'fastify';
import type { LiveFeeds } from '../live-feed.ts';

/** Where a request came to: `https://live.example.org`. Throws `request-malformed` if it does not say. */
export function originOf(lives: LiveFeeds, { headers }: FastifyRequest): string {
  const { publicUrl } = lives.site();
  if (publicUrl !== null) return publicUrl;
  const host = headers.host ?? '';
  const isSecure = String(headers['x-forwarded-proto']).split(',', 1)[0] === 'https';
  const origin = `${isSecure ? 'https' : 'http'}://${host}`;
  if (!/^[\w.:[\]-]{1,260}$/.test(host) || !parseUrl(origin)) throw new AppError('request-malformed', 'not valid: Host');
  return origin;
}
