import { consoleLogKind } from '@watchpost/console/sign-in/console-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePassword, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';

const host = 'localhost';

describe.each(oneOfEachBackend)('the console, its database on $name', (backend) => {
  describeWith(backend.needs, 'its door', () => {
    let server: Service;
    let rig: ConsoleRig;
    let storage: ReturnType<typeof backend.storage>;
    beforeAll(async () => {
      server = await backend.start();
      storage = backend.storage(server.url);
      rig = await startConsole(storage);
    });
    afterAll(async () => {
      await rig.close();
      await emptyGallery(storage);
      await server.stop();
    });

    const signIn = async (password: string, headers: Record<string, string> = {}, remoteAddress = '10.1.1.1') =>
      rig.app.inject({ method: 'POST', url: '/api/sign-in', headers: { host, ...headers }, payload: { password }, remoteAddress });
    const cookieOf = ({ cookies }: Awaited<ReturnType<typeof signIn>>): string => `watchpost=${cookies[0]!.value}`;
    const session = async (cookie: string) => (await rig.app.inject({ url: '/api/session', headers: { host, cookie } })).json();

    it('lets in whoever knows the password, with a cookie that scripts cannot read', async () => {
      const answer = await signIn(consolePassword);
      expect(answer.statusCode).toBe(200);
      expect(answer.cookies).toEqual([
        expect.objectContaining({
          name: 'watchpost',
          httpOnly: true,
          sameSite: 'Strict',
          path: '/',
          value: expect.stringMatching(/^[\w-]{43}$/),
        }),
        expect.objectContaining({ name: 'watchpost-browser', httpOnly: true, sameSite: 'Strict', path: '/' }),
      ]);
      expect(await session(cookieOf(answer))).toMatchObject({ user: { id: 'console:admin', role: 'admin' }, password: true });
    });

    it('keeps only a hash of what the browser has', async () => {
      const cookie = cookieOf(await signIn(consolePassword)).slice('watchpost='.length);
      const found = await rig.parts.documents.find({ kind: 'console-session', order: 'newest', limit: 100 }, new AbortController().signal);
      expect(found.length).toBeGreaterThan(0);
      expect(JSON.stringify(found)).not.toContain(cookie);
    });

    it('refuses a change without the session’s token, or from another site', async () => {
      const cookie = cookieOf(await signIn(consolePassword));
      const { csrfToken } = await session(cookie);
      const out = async (headers: Record<string, string>) =>
        rig.app.inject({ method: 'POST', url: '/api/sign-out', headers: { host, cookie, ...headers } });
      expect((await out({})).json()).toMatchObject({ error: 'request-forbidden' });
      expect((await out({ 'x-csrf-token': 'x'.repeat(43) })).statusCode).toBe(403);
      expect((await out({ 'x-csrf-token': csrfToken, origin: 'https://evil.example' })).statusCode).toBe(403);
      expect((await out({ 'x-csrf-token': csrfToken, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
      expect((await session(cookie)).user).not.toBeNull();
      expect((await out({ 'x-csrf-token': csrfToken, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
      expect((await session(cookie)).user).toBeNull();
    });

    it('refuses to be signed in by another site', async () => {
      expect((await signIn(consolePassword, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    });

    it('begins a new session at each sign-in, and ends the one from before', async () => {
      const first = cookieOf(await signIn(consolePassword));
      const second = cookieOf(await signIn(consolePassword, { cookie: first }));
      expect(second).not.toBe(first);
      expect((await session(first)).user).toBeNull();
      expect((await session(second)).user).not.toBeNull();
    });

    it('ends all sessions of a user at once', async () => {
      const [one, other] = [cookieOf(await signIn(consolePassword)), cookieOf(await signIn(consolePassword))];
      const { csrfToken } = await session(one);
      const headers = { host, cookie: one, 'x-csrf-token': csrfToken };
      const answer = await rig.app.inject({ method: 'POST', url: '/api/sign-out/everywhere', headers });
      expect(answer.json().ended).toBeGreaterThanOrEqual(2);
      expect((await session(other)).user).toBeNull();
    });

    it('makes whoever guesses wait longer and longer, and counts guesses that come at once', async () => {
      const guesses = await Promise.all(Array.from({ length: 12 }, async (_, n) => signIn(`guess number ${n}`, {}, '10.2.2.2')));
      const codes = guesses.map(({ statusCode }) => statusCode).sort((a, b) => a - b);
      expect(codes.filter((code) => code === 401).length).toBeLessThanOrEqual(5);
      expect(codes.filter((code) => code === 429).length).toBeGreaterThanOrEqual(7);
      const right = await signIn(consolePassword, {}, '10.2.2.2');
      expect(right.statusCode).toBe(429);
      expect(Number(right.headers['retry-after'])).toBeGreaterThan(5);
      expect((await signIn(consolePassword, {}, '10.3.3.3')).statusCode).toBe(200);
    });

    it('notes who came in and who was refused, without the password', async () => {
      await signIn(consolePassword, {}, '10.4.4.4');
      await signIn('not the password at all', {}, '10.4.4.4');
      const found = await rig.parts.documents.find({ kind: consoleLogKind, order: 'newest', limit: 200 }, new AbortController().signal);
      const entries = found.map(({ body }) => body);
      expect(entries).toContainEqual(expect.objectContaining({ what: 'signed-in', actor: 'console:admin', where: '10.4.4.4' }));
      expect(entries).toContainEqual(expect.objectContaining({ what: 'refused', actor: null, where: '10.4.4.4' }));
      expect(JSON.stringify(entries)).not.toContain('not the password');
    });

    it('asks for a name that nobody else can point at it', async () => {
      const answer = await rig.app.inject({ url: '/api/session', headers: { host: 'rebound.example.com' } });
      expect(answer.json()).toMatchObject({ error: 'request-forbidden', message: expect.stringContaining('CONSOLE_URL') });
    });

    it('describes itself, and says what it refuses', async () => {
      const { paths, openapi } = (await rig.as('viewer', 'GET', '/api/openapi.json')).json();
      expect(openapi).toBe('3.1.0');
      expect(Object.keys(paths)).toContain('/api/session');
      const wrong = await rig.app.inject({
        method: 'POST',
        url: '/api/sign-in',
        headers: { host },
        payload: { pass: 'word' },
        remoteAddress: '10.9.9.9',
      });
      expect([wrong.statusCode, wrong.json().error]).toEqual([400, 'request-malformed']);
      expect((await rig.as('viewer', 'GET', '/api/nothing')).json()).toMatchObject({ error: 'route-unknown' });
    });
  });
});
