import { getEventListeners, once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { consoleTokens, startConsole, type ConsoleRig } from '../support/console-rig.ts';
import { postgres } from '../support/services.ts';
import { until } from '../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

/** What `path` gets that waits behind an answer on its connection. */
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${consoleTokens.viewer}\r\n\r\n`;

describe('requests that wait behind another one on their connection', () => {
  async function started(): Promise<{ rig: ConsoleRig; port: number; listeners: () => number; isAsked: () => boolean }> {
    const server = await postgres();
    cleanups.push(() => server.stop());
    const stopping = new AbortController();
    let asked = false;
    const rig = await startConsole(
      { POSTGRES_URL: server.url },
      {
        deps: { stopping: stopping.signal },
        routes: (app) =>
          app.get('/api/slow', { config: { open: true } }, async ({ ending }) => {
            asked = true;
            await once(ending, 'abort');
          }),
      },
    );
    cleanups.push(
      () => rig.close(),
      () => stopping.abort(),
    );
    const port = Number(new URL(await rig.listen()).port);
    return { rig, port, listeners: () => getEventListeners(stopping.signal, 'abort').length, isAsked: () => asked };
  }

  it.each(['/api/session', '/api/live'])('are forgotten when it is cut: %s', async (path) => {
    const { rig, port, listeners, isAsked } = await started();
    const before = listeners();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(get('/api/slow') + get(path).repeat(50));
    await until('all have been read', () => isAsked() && listeners() > 50);
    socket.destroy();
    await until('nothing is left of them', () => listeners() <= before && rig.live.count() === 0, 5_000);
    expect((await rig.as('viewer', 'GET', '/api/session')).statusCode).toBe(200);
  });

  it('are no streams, and one person holds twenty of those', async () => {
    const { rig, port } = await started();
    const open = async (): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      cleanups.push(() => socket.destroy());
      socket.write(get('/api/live'));
      const [first] = (await once(socket, 'data')) as [Buffer];
      return first.toString().split('\r\n', 1)[0] ?? '';
    };
    for (let n = 0; n < 20; n += 1) expect(await open()).toBe('HTTP/1.1 200 OK');
    expect(await open()).toBe('HTTP/1.1 429 Too Many Requests');
    expect(rig.live.count()).toBe(20);
    expect((await rig.as('editor', 'GET', '/api/session')).statusCode).toBe(200);
  });
});
