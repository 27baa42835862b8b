import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDestination } from '@watchpost/handoff/create-destination';
import type { Destination } from '@watchpost/handoff/destination';
import { destinationSchema } from '@watchpost/shared/destination-settings';
import { startS3 } from '../support/destination-servers.ts';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import type { Service } from '../support/services.ts';
import { startSignedS3, type SignedS3 } from '../support/signed-s3.ts';

const kept = { putAs: async () => Promise.reject(new Error('not here')), remove: async () => Promise.reject(new Error('not here')) };
const picture = { name: 'news-1700000000-000100-0a1b2c3d4e5f.jpg', bytes: Buffer.from('a picture'), mimeType: 'image/jpeg' };

let folder: string;
let secretKeyFile: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'watchpost-s3-'));
  secretKeyFile = path.join(folder, 'secret');
});
beforeEach(async () => writeFile(secretKeyFile, 'the/right+secret\n'));
afterAll(async () => rm(folder, { recursive: true }));

const destinationAt = (endpoint: string, over: object = {}): Destination => {
  const own = { kind: 's3', endpoint, bucket: 'pictures', accessKeyId: 'AKEXAMPLE', secretKeyFile, publicUrl: `${endpoint}/pictures/` };
  return createDestination(destinationSchema.parse({ ...own, ...over }), { slug: 'news', kept, expiresAtMs: null });
};
const put = async (destination: Destination, signal = never): Promise<unknown> => destination.put(picture, signal);

describeWith(['s3'], 'an S3 store', () => {
  let server: Service;
  beforeAll(async () => {
    server = await startS3();
    await fetch(`${server.url}/pictures`, { method: 'PUT' });
    const everybody = { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::pictures/*'] };
    const body = JSON.stringify({ Version: '2012-10-17', Statement: [everybody] });
    await fetch(`${server.url}/pictures?policy`, { method: 'PUT', body });
  });
  afterAll(async () => server.stop());

  it('gets a picture, has it where readers load it, and loses it again', async () => {
    const destination = destinationAt(server.url);
    const { url, name } = await destination.put(picture, never);
    expect({ url, name }).toEqual({ url: `${server.url}/pictures/${picture.name}`, name: picture.name });
    const loaded = await fetch(url);
    expect(loaded.headers.get('content-type')).toBe('image/jpeg');
    expect(loaded.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(Buffer.from(await loaded.arrayBuffer()).toString()).toBe('a picture');
    expect(await destination.isThere(url, never)).toBe(true);
    await destination.remove(name, never);
    expect(await destination.isThere(url, never)).toBe(false);
    await destination.remove(name, never);
  });

  it('keeps pictures below the prefix', async () => {
    const destination = destinationAt(server.url, {
      prefix: 'live/été +&/',
      publicUrl: `${server.url}/pictures/live/%C3%A9t%C3%A9%20%2B%26`,
    });
    const { url, name } = await destination.put(picture, never);
    expect(await destination.isThere(url, never)).toBe(true);
    await destination.remove(name, never);
    expect(await destination.isThere(url, never)).toBe(false);
  });

  it('without the bucket refuses, and says so', async () => {
    const destination = destinationAt(server.url, { bucket: 'elsewhere' });
    await expect(put(destination)).rejects.toMatchObject({ code: 'destination-refused', message: /NoSuchBucket.*check `bucket`/ });
    await expect(destination.remove(picture.name, never)).rejects.toMatchObject({ code: 'destination-refused' });
  });
});

describe('a store that checks signatures', () => {
  let store: SignedS3;
  beforeAll(async () => {
    store = await startSignedS3({ accessKeyId: 'AKEXAMPLE', secret: 'the/right+secret' });
  });
  afterAll(async () => store.close());
  beforeEach(() => {
    store.answers = undefined;
    store.objects.clear();
  });

  it('takes a picture that is signed well, and its removal', async () => {
    const destination = destinationAt(store.url, { prefix: 'a b/' });
    await destination.put(picture, never);
    expect([...store.objects]).toEqual([[`/pictures/a%20b/${picture.name}`, { bytes: picture.bytes, type: 'image/jpeg' }]]);
    await destination.remove(picture.name, never);
    expect(store.objects.size).toBe(0);
    await destination.remove(picture.name, never);
  });

  it('refuses a wrong secret, without the secret in the error; a new secret holds at once', async () => {
    const destination = destinationAt(store.url);
    await writeFile(secretKeyFile, 'a-wrong-secret');
    const error: unknown = await put(destination).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'destination-refused', message: /SignatureDoesNotMatch.*check the secret key/ });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('a-wrong-secret');
    await writeFile(secretKeyFile, 'the/right+secret');
    await put(destination);
    expect(store.objects.size).toBe(1);
  });

  it('refuses where the file with the secret is missing or empty', async () => {
    await writeFile(secretKeyFile, '\n');
    await expect(put(destinationAt(store.url))).rejects.toMatchObject({ code: 'destination-refused', message: /is empty/ });
    const missing = destinationAt(store.url, { secretKeyFile: path.join(folder, 'none') });
    await expect(put(missing)).rejects.toMatchObject({ code: 'destination-refused', message: /cannot be read/ });
  });

  it.each([
    [301, '<Code>PermanentRedirect</Code>', 'destination-refused'],
    [403, '<Code>AccessDenied</Code>', 'destination-refused'],
    [404, '<Code>NoSuchBucket</Code>', 'destination-refused'],
    [429, '', 'destination-unavailable'],
    [500, '', 'destination-unavailable'],
    [503, '<Code>SlowDown</Code>', 'destination-unavailable'],
  ])('what answers %i %s is %s', async (status, body, code) => {
    store.answers = { status, body };
    await expect(put(destinationAt(store.url))).rejects.toMatchObject({ code });
  });

  it('is unavailable where nobody listens, and can be given up', async () => {
    await expect(put(destinationAt('http://127.0.0.1:1'))).rejects.toMatchObject({ code: 'destination-unavailable' });
    await expect(put(destinationAt(store.url), AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});
