import { createServer } from 'node:http';
import { counted } from '@watchpost/console/sign-in/attempts';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { never } from '../support/each-store.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const host = 'localhost';
const proxy = { CONSOLE_PROXY_HEADER: 'x-user', CONSOLE_PROXY_ADDRESSES: '127.0.0.1' };

describe('the console’s door under attack', () => {
  let server: Service;
  let rigs: ConsoleRig[] = [];
  const lines: string[] = [];
  const start = async (env: Record<string, string> = {}): Promise<ConsoleRig> => {
    const log = createLogger('console', 'warn', { write: (line) => void lines.push(line) });
    const rig = await startConsole({ POSTGRES_URL: server.url }, { env, deps: { log } });
    rigs.push(rig);
    return rig;
  };
  beforeAll(async () => {
    server = await postgres();
  });
  afterEach(async () => {
    for (const rig of rigs) await rig.close();
    rigs = [];
    lines.length = 0;
  });
  afterAll(async () => server.stop());

  const signIn = async (rig: ConsoleRig, password: string, remoteAddress: string, cookie = ''): Promise<LightMyRequestResponse> =>
    rig.app.inject({ method: 'POST', url: '/api/sign-in', headers: { host, cookie }, payload: { password }, remoteAddress });
  const cookiesOf = ({ cookies }: LightMyRequestResponse): string => cookies.map(({ name, value }) => `${name}=${value}`).join('; ');

  it('does not count a right password that nobody looks at, while everybody has to wait', async () => {
    const rig = await start();
    for (let n = 0; n < 31; n += 1) await signIn(rig, 'wrong', `10.9.0.${String(n)}`);
    for (let n = 0; n < 6; n += 1) expect((await signIn(rig, consolePassword, '10.8.0.1')).statusCode).toBe(429);
    // Twenty seconds later.
    const { documents } = rig.parts;
    const { document } = await documents.get('console-attempts', 'everybody', never);
    await documents.put({ ...document!, body: { failures: 31, untilMs: 0 } }, never);
    expect((await signIn(rig, consolePassword, '10.8.0.1')).statusCode).toBe(200);
  });

  it('lets a browser in that has signed in before, whatever strangers do from the same address', async () => {
    const rig = await start();
    const first = await signIn(rig, consolePassword, '10.7.0.1');
    expect(first.cookies.find(({ name }) => name === 'watchpost-browser')).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    for (let n = 0; n < 8; n += 1) await signIn(rig, 'wrong', '10.7.0.1');
    expect((await signIn(rig, consolePassword, '10.7.0.1')).statusCode).toBe(429);
    expect((await signIn(rig, consolePassword, '10.7.0.1', cookiesOf(first))).statusCode).toBe(200);
    // It may not guess for ever either, and an invented one is none.
    const guesses = [];
    for (let n = 0; n < 7; n += 1) guesses.push((await signIn(rig, 'wrong', '10.7.0.2', cookiesOf(first))).statusCode);
    expect(guesses.at(-1)).toBe(429);
    expect((await signIn(rig, consolePassword, '10.7.0.1', `watchpost-browser=${'a'.repeat(43)}`)).statusCode).toBe(429);
    const kept = await rig.parts.documents.find({ kind: 'console-browser', order: 'newest', limit: 10 }, never);
    expect(JSON.stringify(kept)).not.toContain(first.cookies.find(({ name }) => name === 'watchpost-browser')?.value);
  });

  it('lets no page keep its session alive by itself', async () => {
    const rig = await start();
    const cookie = cookiesOf(await signIn(rig, consolePassword, '10.6.0.1'));
    const { documents } = rig.parts;
    const sessions = { kind: 'console-session', order: 'newest', limit: 1 } as const;
    const [session] = await documents.find(sessions, never);
    const { id } = session!;
    const lastUse = async (): Promise<number> => (await documents.get('console-session', id, never)).document?.atMs ?? 0;
    const longAgo = session!.atMs - 3_600_000;
    await documents.put({ ...session!, atMs: longAgo }, never);
    await rig.app.inject({ url: '/api/people', headers: { host, cookie, 'x-background': '1' } });
    // Browsers open the stream again by themselves, and no header can be sent with it.
    const reopened = new AbortController();
    const streaming = rig.app.inject({ url: '/api/live', headers: { host, cookie }, signal: reopened.signal });
    await until('the stream is open', () => rig.live.count() === 1);
    reopened.abort();
    await streaming.catch(() => undefined);
    expect(await lastUse()).toBe(longAgo);
    await rig.app.inject({ url: '/api/people', headers: { host, cookie } });
    expect(await lastUse()).toBeGreaterThan(longAgo);
  });

  it('counts an IPv6 network of one household together', () => {
    expect(counted('2001:db8:1:2::5')).toBe(counted('2001:DB8:1:2:ffff:0:0:9'));
    expect(counted('2001:db8:1:2::5')).not.toBe(counted('2001:db8:1:3::5'));
    expect(counted('::1')).toBe('0:0:0:0');
    expect([counted('::ffff:10.0.0.1'), counted('10.0.0.1')]).toEqual(['10.0.0.1', '10.0.0.1']);
  });

  it('says once that a proxy is not listed, and nothing of one that is', async () => {
    const forwarded = { host, 'x-forwarded-for': '203.0.113.9' };
    const rig = await start();
    for (let n = 0; n < 3; n += 1) await rig.app.inject({ url: '/api/session', headers: forwarded });
    expect(lines.filter((line) => line.includes('CONSOLE_PROXY_ADDRESSES'))).toHaveLength(1);
    lines.length = 0;
    const listed = await start({ CONSOLE_PROXY_ADDRESSES: '127.0.0.1' });
    await listed.app.inject({ url: '/api/session', headers: forwarded });
    expect(lines.filter((line) => line.includes('CONSOLE_PROXY_ADDRESSES'))).toEqual([]);
  });

  it('gives one token for changes in all processes and after each restart', async () => {
    const tokenOf = async (rig: ConsoleRig): Promise<string> =>
      (await rig.app.inject({ url: '/api/session', headers: { host, 'x-user': 'ada@example.org' } })).json<{ csrfToken: string }>()
        .csrfToken;
    const [one, other] = [await start(proxy), await start(proxy)];
    const [first, second] = await Promise.all([tokenOf(one), tokenOf(other)]);
    expect([first, first.length]).toEqual([second, 43]);
    const ended = await other.app.inject({
      method: 'POST',
      url: '/api/sign-out/everywhere',
      headers: { host, 'x-user': 'ada@example.org', 'x-csrf-token': first },
    });
    expect(ended.statusCode).toBe(200);
  });

  it('answers 503 while the keys of a proxy cannot be read, and says why, once a minute', async () => {
    const keys = createServer((_request, response) => void response.writeHead(500).end());
    await new Promise<void>((resolve) => {
      keys.listen(0, '127.0.0.1', resolve);
    });
    const address = keys.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const rig = await start({ ...proxy, CONSOLE_JWKS_URL: `http://127.0.0.1:${String(port)}/keys`, CONSOLE_JWT_AUDIENCE: 'console' });
    const token = `${Buffer.from('{"alg":"RS256","kid":"1"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.c2ln`;
    for (let n = 0; n < 3; n += 1) {
      const answer = await rig.app.inject({ url: '/api/people', headers: { host, 'x-user': token } });
      expect([answer.statusCode, answer.json().error]).toEqual([503, 'sign-in-unavailable']);
    }
    // The password is the other way in, and whoever has come by it stays.
    const session = await rig.app.inject({ url: '/api/session', headers: { host, 'x-user': token } });
    expect([session.statusCode, session.json().user]).toEqual([200, null]);
    const signedIn = await rig.app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: { host, 'x-user': token },
      payload: { password: consolePassword },
    });
    expect(signedIn.statusCode).toBe(200);
    const people = await rig.app.inject({ url: '/api/people', headers: { host, 'x-user': token, cookie: cookiesOf(signedIn) } });
    expect(people.statusCode).toBe(200);
    expect(lines.filter((line) => line.includes('CONSOLE_JWKS_URL'))).toHaveLength(1);
    expect(lines.find((line) => line.includes('CONSOLE_JWKS_URL'))).toContain('Expected 200 OK');
    keys.close();
    const nonsense = await rig.app.inject({ url: '/api/people', headers: { host, 'x-user': 'nonsense' } });
    expect(nonsense.statusCode).toBe(401);
  });
});
