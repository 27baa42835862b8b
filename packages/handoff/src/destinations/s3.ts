import { createHash } from 'node:crypto';
import { within } from '@watchpost/shared/wait';
import { AwsClient } from 'aws4fetch';
import type { Destination } from '../destination.ts';
import { waitOf, type SettingsOf } from '../settings.ts';
import { isUntrusted, refused, translated, unavailable } from './failures.ts';
import { isPictureThere } from './is-there.ts';
import { checkedName, publicAddress } from './names.ts';
import { readSecret } from './secret.ts';

/** For one request, milliseconds. */
const timeoutMs = 60_000;
/** How long readers and proxies may keep a picture: one that is removed must not stay for long. Seconds. */
const maxAgeSeconds = 3_600;

/** A store with S3's interface, addressed by paths: `ENDPOINT/BUCKET/PREFIX…`. */
export function s3Destination(settings: SettingsOf<'s3'>): Destination {
  const ask = async (method: 'PUT' | 'DELETE', name: string, init: RequestInit, signal: AbortSignal): Promise<void> => {
    const secretAccessKey = await readSecret(settings.secretKeyFile, 'secret key', signal);
    const { accessKeyId, region } = settings;
    const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
    try {
      const either = within(signal, timeoutMs);
      // S3 answers with a redirect where the region is another: nothing is sent there.
      const response = await client.fetch(addressOf(settings, name), { ...init, method, redirect: 'manual', signal: either });
      await check(response, settings, method);
    } catch (error) {
      throw translated(error, signal, (own) =>
        isUntrusted(own)
          ? refused(`the certificate of ${settings.endpoint} is not to be trusted`, own)
          : unavailable(`${settings.endpoint} does not answer`, own),
      );
    }
  };
  return {
    put: async ({ name, bytes, mimeType }, signal) => {
      const headers = {
        'content-type': mimeType,
        'cache-control': `public, max-age=${maxAgeSeconds}`,
        'x-amz-content-sha256': createHash('sha256').update(bytes).digest('hex'),
      };
      await ask('PUT', checkedName(name), { body: new Uint8Array(bytes), headers }, signal);
      return { url: publicAddress(settings.publicUrl, name), name };
    },
    isThere: isPictureThere,
    remove: async (name, signal) => ask('DELETE', checkedName(name), {}, signal),
    wait: waitOf(settings),
  };
}

function addressOf({ endpoint, bucket, prefix }: SettingsOf<'s3'>, name: string): string {
  const key = `${prefix}${name}`.split('/').map(encodeURIComponent).join('/');
  return `${endpoint.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}/${key.replace(/^\/+/, '')}`;
}

/** What a store says about our own settings, and what to do. */
const advice: Record<string, string> = {
  AccessDenied: 'let this key write and delete objects there',
  AuthorizationHeaderMalformed: 'check `region`',
  InvalidAccessKeyId: 'check `accessKeyId`',
  NoSuchBucket: 'check `bucket`',
  PermanentRedirect: 'check `region` and `endpoint`',
  RequestTimeTooSkewed: "set this machine's clock",
  SignatureDoesNotMatch: 'check the secret key in `secretKeyFile`',
};

async function check(response: Response, { endpoint, bucket }: SettingsOf<'s3'>, method: string): Promise<void> {
  const { ok, status } = response;
  const text = (await response.text()).slice(0, 10_000);
  const code = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? '';
  if (ok || (method === 'DELETE' && status === 404 && code !== 'NoSuchBucket')) return;
  const said = `${endpoint} answers ${code || 'with'} (HTTP ${status}) for the bucket ${bucket}`;
  if (status >= 500 || status === 408 || status === 409 || status === 429) throw unavailable(said);
  throw refused(`${said}: ${advice[code] ?? 'check `endpoint`, `bucket` and the key'}`);
}
