import { readFileSync } from 'node:fs';
import { topics } from '@watchpost/console/live/topics';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { never } from '../support/each-store.ts';
import { postgres, type Service } from '../support/services.ts';
import { fromRoot } from '../support/root.ts';
import { until } from '../support/until.ts';

interface Listed {
  method: string;
  url: string;
  open: boolean;
  role: string;
}

const json = { 'content-type': 'application/json' };

describe('the console’s API', () => {
  let server: Service;
  let rig: ConsoleRig;
  let routes: Listed[];
  beforeAll(async () => {
    server = await postgres();
    const known: RouteOptions[] = [];
    rig = await startConsole({ POSTGRES_URL: server.url }, { onRoute: (route) => known.push(route) });
    await rig.app.ready();
    routes = known
      .filter(({ url }) => url.startsWith('/api/'))
      .flatMap(({ method, url, config }) =>
        [method].flat().map((one) => ({ method: one, url, open: config?.open ?? false, role: config?.role ?? 'viewer' })),
      )
      .filter(({ method }) => method !== 'HEAD');
  });
  afterAll(async () => {
    await rig.close();
    await server.stop();
  });
  const at = (url: string): string => url.replaceAll(/:\w+/g, 'something');
  const ask = async ({ method, url }: Listed, headers: Record<string, string>) =>
    rig.app.inject({ method: method as 'GET', url: at(url), headers: { host: 'localhost', ...headers } });

  it('has routes, and only what signing in needs is open to all', () => {
    expect(routes.length).toBeGreaterThan(8);
    expect(routes.filter(({ open }) => open).map(({ url }) => url)).toEqual(['/api/session', '/api/sign-in', '/api/sign-in/link']);
  });

  it('answers 401 to nobody, and 403 to whoever’s role does not suffice', async () => {
    for (const route of routes.filter(({ open }) => !open)) {
      const { method, url, role } = route;
      expect([method, url, (await ask(route, {})).statusCode]).toEqual([method, url, 401]);
      expect([method, url, (await ask(route, { authorization: 'Bearer viewer-secret-of-the-tests-2' })).statusCode]).toEqual([
        method,
        url,
        401,
      ]);
      // However the address is written.
      expect([url, (await ask({ ...route, url: url.replace('/api/', '/%61pi/') }, {})).statusCode]).toEqual([url, 401]);
      for (const lower of role === 'admin' ? (['viewer', 'editor'] as const) : role === 'editor' ? (['viewer'] as const) : []) {
        const refused = await rig.as(lower, method as 'GET', at(url));
        expect([method, url, lower, refused.statusCode]).toEqual([method, url, lower, 403]);
      }
    }
  });

  it('is told by docs/console.md, of whatever takes more than looking, with the role that it takes', () => {
    const phrases: [of: RegExp, said: string][] = [
      [/people\/:id\/(?:name|aliases|merge|distinguish|split|remove-face|ignore|unignore)$/, 'name, merge, split and ignore people'],
      [/\/say$|\/assign$/, 'say who a face shows'],
      [/undo$/, 'take changes back'],
      [/consent$/, 'note consent'],
      [/receipts(?!.*settle)/, 'see receipts'],
      [/receipts\/:id\/settle$/, 'settle receipts'],
      [/entries\/:messageId\/decision$/, 'decide about entries'],
      [/feeds\/:slug\/closing$/, 'close feeds'],
      [/schedule\/:name\/run$/, 'run a job on a schedule now'],
      [/queue\/retry$/, 'retry failed jobs'],
      [/rules\/try$/, 'try a rule'],
      [/\/forget$/, 'forget people'],
      [/people\/:id\/export$/, 'export what is kept about one'],
      [/cameras\/settings/, 'settings of cameras'],
      [/\/api\/rules(?!\/try)/, 'rules'],
      [/violations\/:id\/decision$/, 'decide about violations'],
      [/original|quarantine/, 'read originals in quarantine'],
      [/queue\/drop$/, 'drop jobs'],
      [/queue\/pause$/, 'pause queues'],
      [/system\/doctor$/, "the doctor's findings"],
    ];
    const table = readFileSync(fromRoot('docs/console.md'), 'utf8');
    const mayBe = (role: string): string => new RegExp(`^\\| \`${role}\` \\| (.*) \\|$`, 'm').exec(table)?.[1] ?? '';
    const own = routes.filter(({ url }) => !url.startsWith('/api/sign-out'));
    for (const { method, url, role } of own.filter((route) => !route.open && route.role !== 'viewer')) {
      const said = phrases.filter(([of]) => of.test(url)).map(([, phrase]) => phrase);
      expect([method, url, said]).toEqual([method, url, [expect.any(String)]]);
      expect([method, url, mayBe(role)]).toEqual([method, url, expect.stringContaining(said[0] ?? '')]);
    }
  });

  it('refuses to start with a change that names no role', async () => {
    const broken = await startConsole({ POSTGRES_URL: server.url }, { routes: (app) => void app.post('/api/anything', async () => ({})) });
    await expect(broken.app.ready()).rejects.toThrow('POST /api/anything names no role');
    await broken.close().catch(() => undefined);
  });

  it('is described as it is, and gives what the description says', async () => {
    const { paths } = (await rig.as('viewer', 'GET', '/api/openapi.json')).json();
    const described = Object.entries<Record<string, { summary?: string; tags?: string[]; responses?: object }>>(paths).flatMap(
      ([url, methods]) => Object.entries(methods).map(([method, about]) => ({ id: `${method.toUpperCase()} ${url}`, about })),
    );
    const registered = routes.map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(described.map(({ id }) => id).sort()).toEqual(registered.sort());
    for (const { id, about } of described) {
      expect([id, about.summary?.length ?? 0]).not.toEqual([id, 0]);
      expect([id, about.tags?.length]).toEqual([id, 1]);
      expect([id, Object.keys(about.responses ?? {})]).toEqual([id, expect.arrayContaining(['4XX', '5XX'])]);
    }
    // An answer that is not of its schema is a 500: the serialiser parses each.
    for (const route of routes.filter(({ method, url }) => method === 'GET' && !url.includes(':') && url !== '/api/live')) {
      const answer = await rig.as('admin', 'GET', route.url);
      expect([route.url, answer.statusCode === 500 ? answer.body : 'answered']).toEqual([route.url, 'answered']);
    }
  });

  it('sends its headers with everything, and lets nothing be kept', async () => {
    for (const url of ['/api/session', '/', '/people/1', '/nothing.js']) {
      const { headers } = await rig.app.inject({ url, headers: { host: 'localhost' } });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin' });
    }
    expect((await rig.app.inject({ url: '/api/session', headers: { host: 'localhost' } })).headers['cache-control']).toBe('no-store');
  });

  it('tells within a second what changed, to whoever may look', async () => {
    const address = await rig.listen();
    const refused = await fetch(`${address}/api/live`);
    expect(refused.status).toBe(401);
    const leave = new AbortController();
    const stream = await fetch(`${address}/api/live`, {
      headers: { authorization: 'Bearer viewer-secret-of-the-tests-1' },
      signal: leave.signal,
    });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const piece of stream.body!) text += Buffer.from(piece).toString();
    })().catch(() => undefined);
    await until('the stream is open', () => text.includes('welcome'));
    const visit = async (id: string) =>
      rig.parts.documents.put({ kind: 'visit', id, revision: 0, atMs: Date.now(), keys: [], expiresAtMs: null, body: {} }, never);
    // The sources must have looked once before they can tell a difference.
    let first = 0;
    await until('the first change is told', async () => {
      if (first % 20 === 0) await visit(`first-${String(first)}`);
      first += 1;
      return text.includes('"visits"');
    });
    const id = 'the-one-that-counts';
    const startMs = performance.now();
    await visit(id);
    await until('it is told', () => text.includes(id));
    expect(performance.now() - startMs).toBeLessThan(1_000);
    leave.abort();
    await reading;
    await until('nobody is told any more', () => rig.live.count() === 0);
    expect(topics).toContain('visits');
  });

  it('shows in the log who did what, and page by page all of it once', async () => {
    for (let n = 0; n < 7; n += 1)
      await rig.app.inject({
        method: 'POST',
        url: '/api/sign-in',
        headers: { host: 'localhost', ...json },
        payload: { password: `wrong ${n}` },
        remoteAddress: `10.0.0.${n}`,
      });
    const seen: { id: string; where: string }[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: typeof seen; next: string | null } = (
        await rig.as('viewer', 'GET', `/api/log?limit=3&source=sign-in${cursor ? `&cursor=${cursor}` : ''}`)
      ).json();
      seen.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.map(({ where }) => where)).toEqual(expect.arrayContaining(Array.from({ length: 7 }, (_, n) => `10.0.0.${n}`)));
    expect((await rig.as('viewer', 'GET', '/api/log?cursor=nonsense')).statusCode).toBe(400);
  });

  it('shows what is asked for on the first page of the log, whatever else was done since', async () => {
    const tries = { what: { look: { pattern: 'a' } }, on: { text: 'a' } };
    await rig.app.inject({ method: 'POST', url: '/api/sign-in', headers: { host: 'localhost', ...json }, payload: { password: 'no' } });
    for (let n = 0; n < 8; n += 1) expect((await rig.as('editor', 'POST', '/api/rules/try', tries)).statusCode).toBe(200);
    const { items } = (await rig.as('viewer', 'GET', '/api/log?limit=2')).json();
    expect(items.map(({ source }: { source: string }) => source)).toContain('sign-in');
  });

  it('says what runs, what it stands on, and what is kept', async () => {
    const system = (await rig.as('viewer', 'GET', '/api/system')).json();
    expect(system.parts[0]).toMatchObject({ name: 'Database: PostgreSQL', answers: true, bytes: expect.any(Number) });
    expect(system.version).toMatch(/^\d/);
    const storage = (await rig.as('viewer', 'GET', '/api/system/storage')).json();
    expect(storage.classes.length).toBeGreaterThan(5);
  });
});
