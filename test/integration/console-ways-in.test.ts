import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { makeLinkCode } from '@watchpost/standalone/console-process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consoleTokens, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { never } from '../support/each-store.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const host = 'localhost';
const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url');
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the other ways into the console', () => {
  let server: Service;
  let rig: ConsoleRig | undefined;
  let keys: Server;
  let keysUrl: string;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  beforeAll(async () => {
    server = await postgres();
    keys = createServer((_request, response) => {
      const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' };
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => {
      keys.listen(0, '127.0.0.1', resolve);
    });
    const address = keys.address();
    keysUrl = `http://127.0.0.1:${typeof address === 'object' && address ? String(address.port) : ''}/jwks`;
  });
  afterEach(async () => {
    await rig?.close();
    rig = undefined;
  });
  afterAll(async () => {
    keys.close();
    await server.stop();
  });
  const start = async (env: Record<string, string>) => {
    rig = await startConsole({ POSTGRES_URL: server.url }, { env });
    return rig;
  };
  const who = async (headers: Record<string, string>, remoteAddress = '10.0.0.1') =>
    (await rig!.app.inject({ url: '/api/session', headers: { host, ...headers }, remoteAddress })).json();

  it('a program has the role of its token, needs no other token, and no wrong one', async () => {
    await start({});
    expect((await who({ authorization: `Bearer ${consoleTokens.editor}` })).user).toEqual({
      id: 'console:editor-program',
      name: 'editor-program',
      role: 'editor',
    });
    expect((await who({ authorization: `Bearer ${consoleTokens.editor}x` })).user).toBeNull();
    expect((await rig!.as('viewer', 'POST', '/api/sign-out')).statusCode).toBe(200);
  });

  it('a proxy’s header counts only from the proxy itself, and its roles are those of the lists', async () => {
    await start({
      CONSOLE_PROXY_HEADER: 'X-Forwarded-Email',
      CONSOLE_PROXY_ADDRESSES: '10.0.0.0/24,fd00::1',
      CONSOLE_ADMINS: 'ada@example.org',
      CONSOLE_EDITORS: 'eve@example.org',
    });
    const as = async (name: string, address?: string) => (await who({ 'x-forwarded-email': name }, address)).user;
    expect(await as('ada@example.org')).toEqual({ id: 'console:ada@example.org', name: 'ada@example.org', role: 'admin' });
    expect(await as('eve@example.org', 'fd00::1')).toMatchObject({ role: 'editor' });
    expect(await as('bob@example.org', '::ffff:10.0.0.9')).toMatchObject({ role: 'viewer' });
    expect(await as('ada@example.org', '10.0.1.1')).toBeNull();
    // Whom a proxy passes on is not the proxy.
    expect((await who({ 'x-forwarded-email': 'ada@example.org', 'x-forwarded-for': '10.0.0.1' }, '192.0.2.1')).user).toBeNull();
    const { csrfToken } = await who({ 'x-forwarded-email': 'ada@example.org' });
    const change = async (headers: Record<string, string>) =>
      rig!.app.inject({
        method: 'POST',
        url: '/api/sign-out',
        headers: { host, 'x-forwarded-email': 'ada@example.org', ...headers },
        remoteAddress: '10.0.0.1',
      });
    expect((await change({})).statusCode).toBe(403);
    expect((await change({ 'x-csrf-token': csrfToken })).statusCode).toBe(200);
  });

  it('a proxy’s header is one name, in UTF-8, of nobody who has a token, and addresses are compared without case', async () => {
    await start({ CONSOLE_PROXY_HEADER: 'x-user', CONSOLE_PROXY_ADDRESSES: '10.0.0.1', CONSOLE_ADMINS: 'Ada@example.org,Jörg' });
    const as = async (name: string) => (await who({ 'x-user': name })).user;
    // As Node gives what the proxy has sent in UTF-8.
    const received = Buffer.from('Jörg').toString('latin1');
    expect(await as(received)).toEqual({ id: 'console:Jörg', name: 'Jörg', role: 'admin' });
    expect(await as(Buffer.from('Jörg', 'latin1').toString('latin1'))).toMatchObject({ name: 'Jörg' });
    expect(await as('ada@EXAMPLE.org')).toMatchObject({ name: 'ada@example.org', role: 'admin' });
    expect(await as('jörg')).toMatchObject({ role: 'viewer' });
    const people = async (value: string | string[]) =>
      (await rig!.app.inject({ url: '/api/people', headers: { host, 'x-user': value }, remoteAddress: '10.0.0.1' })).json();
    for (const wrong of ['editor-program', 'x'.repeat(201), ' ', ['zed@example.org', 'ada@example.org']])
      expect(await people(wrong)).toMatchObject({ error: 'request-unauthorised' });
  });

  it('a proxy’s token must be signed by its keys, be meant for us, and be in time', async () => {
    const proxy = {
      CONSOLE_PROXY_HEADER: 'x-token',
      CONSOLE_PROXY_ADDRESSES: '10.0.0.1',
      CONSOLE_JWKS_URL: keysUrl,
      CONSOLE_JWT_AUDIENCE: 'watchpost',
      CONSOLE_ADMINS: 'ada@example.org',
    };
    await start(proxy);
    const soon = Math.floor(Date.now() / 1_000) + 600;
    const token = (claims: object, key: KeyObject = privateKey, alg = 'ES256'): string => {
      const text = `${encode({ alg, kid: 'one' })}.${encode({ aud: 'watchpost', exp: soon, email: 'ada@example.org', email_verified: true, ...claims })}`;
      return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };
    expect((await who({ 'x-token': token({}) })).user).toMatchObject({ id: 'console:ada@example.org', role: 'admin' });
    expect((await who({ 'x-token': `Bearer ${token({ email: undefined, sub: 'u-17' })}` })).user).toMatchObject({
      id: 'console:u-17',
      role: 'viewer',
    });
    // Nobody has verified that address.
    for (const email_verified of [false, 'false', undefined, 1])
      expect((await who({ 'x-token': token({ email_verified, sub: 'u-18' }) })).user).toMatchObject({ id: 'console:u-18', role: 'viewer' });
    expect((await who({ 'x-token': token({ email_verified: 'true' }) })).user).toMatchObject({ role: 'admin' });
    const unsigned = `${encode({ alg: 'none' })}.${encode({ aud: 'watchpost', exp: soon, email: 'ada@example.org' })}.`;
    const refused = [
      token({}, stranger.privateKey),
      token({ aud: 'another' }),
      token({ exp: soon - 6_000 }),
      token({ exp: undefined }),
      // A name of our own.
      token({ email: 'admin' }),
      token({ email: undefined, sub: 'visitor' }),
      token({ email: undefined, sub: ' admin' }),
      // No names.
      ...[42, {}, ['ada@example.org'], '', ' ', 'a\u0000b', 'a\nadmin', 'a\ud800', 'x'.repeat(201)].map((sub) =>
        token({ email: undefined, sub }),
      ),
      unsigned,
      'ada@example.org',
    ];
    const people = async (given: string) =>
      (await rig!.app.inject({ url: '/api/people', headers: { host, 'x-token': given }, remoteAddress: '10.0.0.1' })).json();
    for (const wrong of refused) expect(await people(wrong)).toMatchObject({ error: 'request-unauthorised' });
    await rig!.close();
    await start({ ...proxy, CONSOLE_JWT_CLAIM: 'email' });
    expect((await who({ 'x-token': token({ email_verified: undefined }) })).user).toMatchObject({ role: 'admin' });
    expect((await who({ 'x-token': token({ email_verified: false, sub: 'u-18' }) })).user).toMatchObject({ id: 'console:u-18' });
    await rig!.close();
    await start({ ...proxy, CONSOLE_JWT_CLAIM: 'nick' });
    expect((await who({ 'x-token': token({ nick: 'ada@example.org' }) })).user).toMatchObject({ role: 'admin' });
    expect(await people(token({}))).toMatchObject({ error: 'request-unauthorised' });
  });

  it('a link logs in once, and not when its time is over', async () => {
    const code = makeLinkCode();
    await start({ CONSOLE_LINK_CODE: code });
    await until('the link has begun', async () => (await rig!.parts.documents.getAll('console-link', [hashOf(code)], never)).length === 1);
    const use = async (given: string) =>
      rig!.app.inject({ method: 'POST', url: '/api/sign-in/link', headers: { host }, payload: { code: given } });
    expect((await use(`${code}x`)).statusCode).toBe(401);
    const both = await Promise.all([use(code), use(code)]);
    expect(both.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([200, 401]);
    const noted = async (of: string) => (await rig!.parts.documents.getAll('console-link', [hashOf(of)], never))[0];
    // What is not noted any more, or never was, signs nobody in.
    const used = await noted(code);
    expect(used!.expiresAtMs! - used!.atMs).toBeGreaterThan(300 * 86_400_000);
    await rig!.parts.documents.remove('console-link', used!.id, used!.revision, never);
    expect((await use(code)).statusCode).toBe(401);
    const cookie = both.find(({ statusCode }) => statusCode === 200)!.cookies[0]!;
    const visitor = { cookie: `${cookie.name}=${cookie.value}` };
    expect((await who(visitor)).user).toMatchObject({ id: 'console:visitor', role: 'admin' });
    await rig!.close();
    // Its session ends with it: here the same database is used in earnest, there by another demonstration.
    await start({ CONSOLE_PASSWORD: 'the first password' });
    expect((await who(visitor)).user).toBeNull();
    await rig!.close();
    await start({ CONSOLE_LINK_CODE: makeLinkCode() });
    expect((await who(visitor)).user).toBeNull();
    await rig!.close();
    const old = makeLinkCode();
    await start({ CONSOLE_LINK_CODE: old });
    const { documents } = rig!.parts;
    const begun = await until('the link has begun', async () => noted(old));
    await documents.put({ ...begun, atMs: begun.atMs - 16 * 60_000 }, never);
    expect((await use(old)).statusCode).toBe(401);
  });

  it('a cookie for https only where people come by https, and another password ends the sessions', async () => {
    const signIn = async (password: string) =>
      rig!.app.inject({ method: 'POST', url: '/api/sign-in', headers: { host: 'console.example.org' }, payload: { password } });
    await start({ CONSOLE_URL: 'https://console.example.org', CONSOLE_PASSWORD: 'the first password' });
    const { cookies, headers } = await signIn('the first password');
    expect(cookies[0]).toMatchObject({ name: '__Host-watchpost', secure: true });
    expect(headers['strict-transport-security']).toContain('max-age=');
    const cookie = `__Host-watchpost=${cookies[0]!.value}`;
    expect((await who({ cookie })).user).not.toBeNull();
    await rig!.close();
    await start({ CONSOLE_URL: 'https://console.example.org', CONSOLE_PASSWORD: 'the second password' });
    expect((await who({ cookie })).user).toBeNull();
  });

  it('over http a cookie for https only is dropped: nobody is signed in, and no session is left', async () => {
    await start({ CONSOLE_URL: 'https://console.example.org', CONSOLE_PASSWORD: 'the first password' });
    const signIn = async (page: string | null) =>
      rig!.app.inject({
        method: 'POST',
        url: '/api/sign-in',
        headers: { host: page === null ? 'console.example.org' : new URL(page).host, ...(page !== null && { origin: page }) },
        payload: { password: 'the first password' },
      });
    const sessions = async () => rig!.parts.documents.find({ kind: 'console-session', order: 'newest', limit: 100 }, never);
    const before = (await sessions()).length;
    // More often than wrong passwords are free: these are no attempts.
    for (let time = 0; time < 8; time += 1) {
      const refused = await signIn('http://192.0.2.2:5003');
      expect([refused.statusCode, refused.cookies, refused.json().message]).toEqual([
        401,
        [],
        expect.stringContaining('open the console at https://console.example.org'),
      ]);
    }
    expect(await sessions()).toHaveLength(before);
    // By https, also behind a proxy that speaks http with us; by loopback, where browsers keep the cookie; by a program.
    for (const page of ['https://console.example.org', 'http://127.0.0.1:5003', 'http://[::1]:5003', 'http://localhost:5003', null])
      expect([page, (await signIn(page)).statusCode]).toEqual([page, 200]);
  });
});
