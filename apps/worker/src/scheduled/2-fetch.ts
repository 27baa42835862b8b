import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import { decodePage } from '@watchpost/schedule/pick/decode-page';
import { pickInThread } from '@watchpost/schedule/pick/pick-in-thread';
import type { ScheduledTask } from '@watchpost/schedule/schedule';
import { withSecrets } from '@watchpost/schedule/secrets';
import type { Fields } from '@watchpost/schedule/template';
import type { Scheduling } from './scheduling-parts.ts';

/** Bytes, after decompression. */
const mostBytes = 2_097_152;

type FetchParts = Pick<Scheduling, 'fetchOutside' | 'privateOrigins' | 'secrets' | 'readNumbers'>;

/** The items of a run, the newest first as their source has them. `forMs`: which run. */
export async function fetchItems(task: ScheduledTask, forMs: number, parts: FetchParts, signal: AbortSignal): Promise<Fields[]> {
  const at = new Date(forMs).toISOString();
  const found = task.numbers ? [await parts.readNumbers(signal)] : await fetchAndPick(task, parts, signal);
  return found.map((fields) => ({ ...fields, at }));
}

async function fetchAndPick({ fetch, pick, times }: ScheduledTask, parts: FetchParts, signal: AbortSignal): Promise<Fields[]> {
  if (!fetch) return [];
  const { fetchOutside, privateOrigins, secrets } = parts;
  const headers = { accept: accepted[fetch.as], ...withSecrets(fetch.headers ?? {}, secrets) };
  mayCarry(fetch.url, fetch.headers ?? {}, privateOrigins);
  // A page on the internet must not lead into our own network.
  const isOurs = privateOrigins.includes(parseUrl(fetch.url)?.origin ?? '');
  const options = { hosts: null, privateOrigins: isOurs ? privateOrigins : [], maxBytes: mostBytes, timeoutMs: fetch.timeout, headers };
  const { url, headers: answered, body } = await fetchOutside(fetch.url, options, signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const content = decodePage(Buffer.concat(chunks), answered.get('content-type'));
  const { items, fields = {}, most = 50 } = pick ?? {};
  return pickInThread({ as: fetch.as, content, url, items, fields, most, timeZone: times.timeZone }, signal);
}

const accepted = {
  feed: 'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5',
  json: 'application/json, */*;q=0.5',
  html: 'text/html, */*;q=0.5',
  text: 'text/plain, */*;q=0.5',
};

/** Secrets go over https only, or to servers that the operator has named. */
function mayCarry(url: string, headers: Readonly<Record<string, string>>, privateOrigins: readonly string[]): void {
  const { protocol, origin } = parseUrl(url) ?? {};
  const hasSecret = Object.values(headers).some((value) => value.includes('${secret:'));
  if (hasSecret && protocol !== 'https:' && !privateOrigins.includes(origin ?? ''))
    throw new AppError('schedule-invalid', 'a secret may be sent over https only');
}
