/** Hosts that Slack serves files from; `*.` stands for one or more labels. */
export const slackFileHosts = ['files.slack.com', '*.slack-edge.com', '*.slack-files.com'] as const;

/** Whether the bot token may be sent to a URL, and a file downloaded from it. */
export type AllowsUrl = (url: URL) => boolean;

/**
 * The allow-list for downloads. The URL comes from an event, so without it a forged event could collect our token.
 * A name means https on port 443 (`files.slack.com`, `*.slack-edge.com`); anything else must be an origin (`http://127.0.0.1:4003`).
 * Throws a plain Error naming the entry that is neither.
 */
export function allowHosts(entries: readonly string[]): AllowsUrl {
  const origins = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of entries) {
    if (entry.includes('://')) origins.add(originOf(entry));
    else if (/^\*\.[a-z0-9.-]+$/i.test(entry)) suffixes.push(entry.slice(1).toLowerCase());
    else if (/^[a-z0-9.-]+$/i.test(entry)) origins.add(`https://${entry.toLowerCase()}`);
    else throw new Error(`"${entry}" is neither a host name nor an origin`);
  }
  // `origin` has no default port and no user name, so files.slack.com:8443 and evil@files.slack.com compare correctly.
  return (url) =>
    origins.has(url.origin) || (url.protocol === 'https:' && url.port === '' && suffixes.some((suffix) => url.hostname.endsWith(suffix)));
}

function originOf(entry: string): string {
  const url = URL.canParse(entry) ? new URL(entry) : null;
  if (!url || !/^https?:$/.test(url.protocol) || (url.pathname !== '/' && url.pathname !== '')) {
    throw new Error(`"${entry}" is not an origin such as http://127.0.0.1:4003`);
  }
  return url.origin;
}
