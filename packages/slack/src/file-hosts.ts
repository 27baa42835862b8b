import { parseUrl } from '@watchpost/shared/parse-url';
/** Hosts that Slack serves files from; `*.` stands for one or more labels. */
export const slackFileHosts = ['files.slack.com', '*.slack-edge.com', '*.slack-files.com'] as const;

/** Hosts of members' pictures and emoji; the last ones are where Gravatar sends those who have none. */
const pictureHosts = ['*.slack-edge.com', 'secure.gravatar.com', 'i0.wp.com', 'i1.wp.com', 'i2.wp.com', 'i3.wp.com'];

/** The allow-list for pictures that everybody may see. `hosts`: those of files, where they are not Slack's. */
export const allowPictureHosts = (hosts: readonly FileHost[]): AllowsUrl =>
  allowHosts([...pictureHosts.flatMap((host) => parseFileHost(host) ?? []), ...hosts]);

/** An allowed host: one origin, or every host below a domain (`suffix`: `.slack-edge.com`) over https on port 443. */
export type FileHost = { origin: string } | { suffix: string };

const hostName = /^(\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** A name means https on port 443 (`files.slack.com`, `*.slack-edge.com`); anything else must be an origin (`http://127.0.0.1:4003`). Null if it is neither. */
export function parseFileHost(entry: string): FileHost | null {
  const name = entry.toLowerCase();
  if (hostName.test(name)) return name.startsWith('*.') ? { suffix: name.slice(1) } : { origin: `https://${name}` };
  const url = parseUrl(entry);
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username;
  return isOrigin ? { origin: url.origin } : null;
}

/** Whether the bot token may be sent to a URL, and a file downloaded from it. */
export type AllowsUrl = (url: URL) => boolean;

/** The allow-list for downloads. The URL comes from an event, so without it a forged event could collect our token. */
export function allowHosts(hosts: readonly FileHost[]): AllowsUrl {
  const origins = new Set(hosts.flatMap((host) => ('origin' in host ? host.origin : [])));
  const suffixes = hosts.flatMap((host) => ('suffix' in host ? host.suffix : []));
  // `origin` has no default port and no user name, so files.slack.com:8443 and evil@files.slack.com compare correctly.
  return (url) =>
    origins.has(url.origin) || (url.protocol === 'https:' && url.port === '' && suffixes.some((suffix) => url.hostname.endsWith(suffix)));
}

/** Whether a URL contains a user name or a password, which `fetch` never accepts. */
export function hasCredentials(url: string | URL): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
