import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBodies } from '@watchpost/feed/http/bodies';
import { isNotModified, lastModified } from '@watchpost/feed/http/conditional';
import { encodingFor } from '@watchpost/feed/http/negotiate';
import { createPictureCache } from '@watchpost/feed/http/picture-cache';
import { pauseFor } from '@watchpost/feed/follow';
import { describe, expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Of what is still needed, bytes. */
function usedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const never = new AbortController().signal;

function rig() {
  const clock = { ms: 1_000_000 };
  const bodies = createBodies(() => clock.ms);
  let built = 0;
  const get = async (version: number, key = 'news', text = `version ${String(version)}`) =>
    bodies.get(key, { version, changedAtMs: version }, async () => {
      built += 1;
      return { text, contentType: 'text/plain' };
    });
  return { clock, get, built: () => built };
}

describe('a body', () => {
  it('is made once for all who ask for the same', async () => {
    const { get, built } = rig();
    const [first] = await Promise.all([get(1), get(1), get(1)]);
    expect((await first.bytes('identity')).toString()).toBe('version 1');
    await get(1, 'other');
    expect(built()).toBe(2);
  });

  it('is made anew when something has changed, at most four times a second and never older than that', async () => {
    const { clock, get, built } = rig();
    await get(1);
    clock.ms += 250;
    expect((await get(2)).changedAtMs).toBe(2);
    clock.ms += 251;
    expect((await (await get(3)).bytes('identity')).toString()).toBe('version 3');
    expect(built()).toBe(3);
  });

  it('is made anew after seconds, though nothing is known to have changed', async () => {
    const { clock, get, built } = rig();
    await get(1);
    clock.ms += 4_999;
    await get(1);
    expect(built()).toBe(1);
    clock.ms += 1;
    await get(1);
    expect(built()).toBe(2);
  });

  it('has the same ETag wherever and whenever it is made', async () => {
    const [here, there] = [await rig().get(1, 'news', 'same'), await rig().get(7, 'other', 'same')];
    expect(here.etag).toBe(there.etag);
    expect((await rig().get(1, 'news', 'else')).etag).not.toBe(here.etag);
  });

  it('that failed is tried again by whoever asks next', async () => {
    const bodies = createBodies(() => 0);
    const state = { version: 1, changedAtMs: 0 };
    await expect(bodies.get('news', state, async () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect((await bodies.get('news', state, async () => ({ text: 'there', contentType: 'text/plain' }))).contentType).toBe('text/plain');
  });

  it('takes no more memory than is set, however many different ones are asked for', async () => {
    const { get, built } = rig();
    for (let index = 0; index < 300; index += 1) await get(1, `page ${String(index)}`);
    await get(1, 'page 299');
    expect(built()).toBe(300);
    await get(1, 'page 0');
    expect(built()).toBe(301);
  });
});

describe('the time of the last change', () => {
  it('is an earlier second while another change may come within this one', () => {
    expect(lastModified({ changedAtMs: 10_900, madeAtMs: 10_950 })).toBe(new Date(9_000).toUTCString());
    expect(lastModified({ changedAtMs: 10_900, madeAtMs: 12_000 })).toBe(new Date(10_000).toUTCString());
  });

  it('is an earlier one for a body that is a little old: it may lack what changed within that second', async () => {
    const { clock, get } = rig();
    clock.ms = 10_900;
    const old = await get(10_200);
    clock.ms = 11_050;
    const sent = lastModified(await get(10_200));
    expect(isNotModified({ 'if-modified-since': sent }, { etag: 'W/"b"', changedAtMs: 10_950, madeAtMs: 12_000 })).toBe(false);
    expect(old.madeAtMs).toBe(10_900);
  });

  it('never tells a client that nothing has changed when something has', () => {
    const sent = lastModified({ changedAtMs: 10_200, madeAtMs: 10_300 });
    expect(isNotModified({ 'if-modified-since': sent }, { etag: 'W/"b"', changedAtMs: 10_900, madeAtMs: 12_000 })).toBe(false);
    const later = lastModified({ changedAtMs: 10_900, madeAtMs: 12_000 });
    expect(isNotModified({ 'if-modified-since': later }, { etag: 'W/"b"', changedAtMs: 10_900, madeAtMs: 12_000 })).toBe(true);
  });
});

describe('the encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['*', 'br'],
    ['*;q=0.1, br;q=0', 'gzip'],
    ['deflate, identity', 'identity'],
    ['GZIP', 'gzip'],
    ['br;q=nonsense', 'identity'],
  ])('for %s is %s', (accepted, encoding) => expect(encodingFor(accepted)).toBe(encoding));
});

describe('pictures', () => {
  it('are read once for many readers, and asked for again after seconds: one may have been removed', async () => {
    let ms = 0;
    let reads = 0;
    let isThere = true;
    const load = async () => ((reads += 1), isThere ? { bytes: new Uint8Array(10), mimeType: 'image/png' } : null);
    const cache = createPictureCache(load, () => ms);
    await Promise.all([cache.get('a.png', never), cache.get('a.png', never)]);
    expect(reads).toBe(1);
    isThere = false;
    ms = 4_999;
    expect(await cache.get('a.png', never)).not.toBeNull();
    ms = 5_000;
    expect(await cache.get('a.png', never)).toBeNull();
  });

  it('take no memory once they are of no use, nor do the names of those that are not there', async () => {
    let ms = 0;
    const cache = createPictureCache(
      async () => null,
      () => ms,
    );
    const before = usedBytes();
    for (let index = 0; index < 100_000; index += 1) {
      ms += index % 10 === 0 ? 1 : 0;
      await cache.get(Buffer.from(`${String(index)}-${'x'.repeat(100)}`).toString(), never);
    }
    ms += 5_000;
    await cache.get('last', never);
    expect(usedBytes() - before).toBeLessThan(5_000_000);
  });
});

describe('a process with many readers', () => {
  it('tells them more at once', () => {
    expect([0, 2_500, 5_000, 50_000].map(pauseFor)).toEqual([100, 175, 250, 250]);
  });
});
