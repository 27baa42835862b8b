import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleTokens, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { describeWith } from '../support/describe-with.ts';
import { postgres, type Service } from '../support/services.ts';

describeWith(['postgres'], 'what the console refuses', () => {
  let server: Service;
  let rig: ConsoleRig;
  let port: number;
  beforeAll(async () => {
    server = await postgres();
    rig = await startConsole(
      { POSTGRES_URL: server.url },
      { env: { CONSOLE_URL: 'http://watch.example.org', CONSOLE_HOSTS: 'Prometheus-of.example.org' } },
    );
    port = Number(new URL(await rig.listen()).port);
  });
  afterAll(async () => {
    await rig.close();
    await server.stop();
  });

  /** What comes back for these bytes until the connection ends. */
  async function send(text: string): Promise<{ status: number; head: string; body: string }> {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece) => (answer += String(piece)));
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body };
  }
  const get = async (url: string, host: string) => rig.app.inject({ url, headers: { host } });

  it.each(['/', '/people/1', '/assets/none.js', '/metrics', '/api/session', '/api/none'])(
    '%s, by a name that is not its own',
    async (url) => {
      const answer = await get(url, 'evil.example');
      expect([answer.statusCode, answer.json().error]).toEqual([403, 'request-forbidden']);
      expect(answer.json().message).toContain('CONSOLE_HOSTS');
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      for (const host of [
        '127.0.0.1',
        '[::1]:5003',
        'localhost',
        'console:5003',
        'console.watchpost.svc.cluster.local',
        'console.watchpost.svc:5003',
        'watch.example.org',
        'prometheus-of.example.org:5003',
      ])
        expect([host, (await get(url, host)).statusCode]).not.toEqual([host, 403]);
    },
  );

  it('nobody who only asks whether it is alive', async () => {
    expect((await get('/health/live', 'evil.example')).statusCode).toBe(200);
  });

  const host = 'host: localhost\r\n';
  const close = 'connection: close\r\n';
  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\n${host}x: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'request-too-large'],
    [
      'a length beside chunks',
      `POST /api/sign-in HTTP/1.1\r\n${host}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n`,
      400,
      'request-malformed',
    ],
    ['a header without a name', `GET / HTTP/1.1\r\n${host}: y\r\n\r\n`, 400, 'request-malformed'],
    ['what is no HTTP', 'hello\r\n\r\n', 400, 'request-malformed'],
    ['a request without a host', `GET /people HTTP/1.1\r\n${close}\r\n`, 400, 'request-malformed'],
    ['two hosts, the second of which is ours', `GET / HTTP/1.1\r\nhost: evil.example\r\n${host}${close}\r\n`, 403, 'request-forbidden'],
  ])('%s, in the form of every other refusal', async (_what, text, status, code) => {
    const answer = await send(text);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { error: code, message: expect.any(String) }]);
    for (const header of ["content-security-policy: default-src 'none'", 'x-content-type-options: nosniff', 'cache-control: no-store'])
      expect(answer.head).toContain(header);
  });

  it('no request only for what it expects', async () => {
    const answer = await send(`GET /api/session HTTP/1.1\r\n${host}${close}expect: the-unexpected\r\n\r\n`);
    expect(answer.status).toBe(200);
  });

  it('nothing in the middle of an answer', async () => {
    const live = `GET /api/live HTTP/1.1\r\n${host}authorization: Bearer ${consoleTokens.viewer}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (piece) => (answer += piece.toString()));
    socket.on('error', () => undefined);
    socket.write(live);
    await once(socket, 'data');
    socket.write('hello\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toContain('200 OK');
    expect(answer).not.toContain('request-malformed');
  });

  it('an address that cannot be read only as any other that there is not', async () => {
    const page = await get('/people/%E0%A4%A?tab=history', 'localhost');
    // No browser could read it either.
    expect([page.statusCode, page.headers.location]).toEqual([302, '/people/%25E0%25A4%25A?tab=history']);
    for (const id of ['%E0%A4%A', 'x'.repeat(301), 'x'.repeat(9_000), 'a%00b']) {
      for (const path of ['', '/sightings', '/when?zone=UTC', '/changes', '/consent'])
        expect([path, (await rig.as('editor', 'GET', `/api/people/${id}${path}`)).json().error]).toEqual([path, 'person-not-found']);
      const named = await rig.as('editor', 'POST', `/api/people/${id}/name`, { to: 'Mia' });
      expect([named.statusCode, named.json().error]).toEqual([404, 'person-not-found']);
    }
    expect((await rig.as('viewer', 'GET', '/api/%E0%A4%A')).json().error).toBe('route-unknown');
    expect((await rig.as('editor', 'POST', '/api/changes/a%00b/undo', {})).statusCode).toBe(400);
  });

  it('no way to another host in an address that cannot be read', async () => {
    for (const url of ['//evil.example/%E0', '///evil.example/%E0', '/\\evil.example/%E0', 'http://evil.example/%E0']) {
      const { status, head } = await send(`GET ${url} HTTP/1.1\r\n${host}${close}\r\n`);
      expect([url, status, head]).toEqual([url, 302, expect.stringMatching(/^location: \/(?![/\\])/m)]);
    }
  });

  it('what comes while it stops, but for whether it is alive', async () => {
    const stop = new AbortController();
    const stopping = await startConsole({ POSTGRES_URL: server.url }, { deps: { stopping: stop.signal } });
    stop.abort();
    const answer = await stopping.as('viewer', 'GET', '/api/people');
    expect([answer.statusCode, answer.json()]).toEqual([503, { error: 'aborted', message: 'the console is stopping' }]);
    expect((await stopping.app.inject({ url: '/health/live' })).statusCode).toBe(200);
    await stopping.close();
  });
});
