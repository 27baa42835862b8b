import type { Feed, FeedSite } from '@watchpost/feeds/feed';
import { parseUrl } from '@watchpost/shared/parse-url';

/** Nothing but our own files runs or gives the look; pictures and live content may come from elsewhere. */
function policy({
  pictures,
  ancestors,
  frames,
}: {
  pictures: readonly string[];
  ancestors: readonly string[];
  frames: readonly string[];
}): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${["'self'", 'https:', ...pictures].join(' ')}`,
    "connect-src 'self'",
    `frame-src ${frames.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.join(' ')}`,
  ].join('; ');
}

/** Origins, of addresses that are set: what is none is left out, so that nothing else gets into the policy. */
function originsOf(urls: readonly (string | null | undefined)[]): string[] {
  return urls.flatMap((url) => {
    const origin = url ? parseUrl(url)?.origin : undefined;
    return origin?.startsWith('http') ? [origin] : [];
  });
}

/** What is sent with every page. */
export const commonHeaders = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'strict-origin-when-cross-origin' };

/** The policy of pages that are no feed's. */
export const noticePolicy = policy({ pictures: [], ancestors: ["'none'"], frames: ["'none'"] });

/** The policy of a feed's page. Its embedded form may be framed by those who may read from another origin; the page itself by nobody. */
export function feedPolicy(form: 'page' | 'embed', feed: Feed, site: FeedSite): string {
  const destination = feed.pictures?.destination;
  const pictures = originsOf([site.publicUrl, destination && 'publicUrl' in destination ? destination.publicUrl : null]);
  if (form === 'page') return policy({ pictures, ancestors: ["'none'"], frames: ['https:'] });
  const ancestors = site.corsOrigins.includes('*') ? ['*'] : ["'self'", ...originsOf(site.corsOrigins)];
  return policy({ pictures, ancestors, frames: ["'none'"] });
}
