import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createKeys } from '@watchpost/console/sign-in/keys';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (kid: string) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' });

let server: Server;
let url: URL;
let [asked, isAway, isSilent, clockMs] = [0, false, false, 0];
let published = [jwk('one')];
let told = 0;
beforeEach(async () => {
  [asked, isAway, isSilent, clockMs, told] = [0, false, false, 0, 0];
  published = [jwk('one')];
  server = createServer((_request, response) => {
    asked += 1;
    if (isSilent) return;
    if (isAway) response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = new URL(`http://127.0.0.1:${typeof address === 'object' && address ? String(address.port) : ''}/`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
/** What comes of a token that says it is signed by this key. */
const keyOf = () => {
  const keys = createKeys(url, { nowMs: () => clockMs, tell: () => (told += 1) });
  return async (kid: string): Promise<string> => {
    const header = { alg: 'ES256', kid };
    try {
      await keys(header, { payload: '', signature: '', protected: '' });
      return 'known';
    } catch (error) {
      return error instanceof Error ? error.message : 'no error';
    }
  };
};
const cannot = 'Expected 200 OK from the JSON Web Key Set HTTP response';
const noKey = 'no applicable key found in the JSON Web Key Set';

it('while the keys cannot be read, their address is asked once in ten seconds, however many tokens come', async () => {
  isAway = true;
  const key = keyOf();
  const all = await Promise.all(Array.from({ length: 20 }, async () => key('forged')));
  for (let time = 0; time < 20; time += 1) all.push(await key('forged'));
  expect([new Set(all), asked]).toEqual([new Set([cannot]), 1]);
  isAway = false;
  clockMs += 10_001;
  expect([await key('one'), asked]).toEqual(['known', 2]);
});

it('known keys hold for a day while they cannot be read again, and no longer', async () => {
  const key = keyOf();
  expect(await key('one')).toBe('known');
  isAway = true;
  clockMs = 600_001;
  expect([await key('one'), await key('one')]).toEqual(['known', 'known']);
  await vi.waitFor(() => expect([asked, told > 0]).toEqual([2, true]));
  // Nobody knows whether this one is good.
  expect(await key('two')).toBe(cannot);
  clockMs = 86_400_001;
  expect([await key('one'), asked]).toEqual([cannot, 3]);
});

it('tokens of unknown keys have them read again once in thirty seconds; a new key is found, an old one ends', async () => {
  const key = keyOf();
  expect(await key('one')).toBe('known');
  published = [jwk('two')];
  expect([await key('two'), asked]).toEqual([noKey, 1]);
  clockMs = 30_001;
  expect([await key('two'), await key('one'), asked]).toEqual(['known', noKey, 2]);
  for (let time = 0; time < 20; time += 1) expect(await key(`forged ${String(time)}`)).toBe(noKey);
  expect(asked).toBe(2);
});

it('nobody waits for an address that does not answer while the known keys hold', async () => {
  const key = keyOf();
  expect(await key('one')).toBe('known');
  isSilent = true;
  clockMs = 600_001;
  const late = new Promise((resolve) => {
    setTimeout(resolve, 2_000, 'late');
  });
  expect(await Promise.race([key('one'), late])).toBe('known');
  await vi.waitFor(() => expect(asked).toBe(2));
});
