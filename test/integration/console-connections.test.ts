import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { consoleTokens, startConsole } from '../support/console-rig.ts';
import { postgres } from '../support/services.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

describeWith(['postgres'], 'connections to the console', () => {
  it('that are held without a whole request shut nobody out, and cut nobody off who is listened to', async () => {
    const server = await postgres();
    cleanups.push(() => server.stop());
    const rig = await startConsole({ POSTGRES_URL: server.url });
    cleanups.push(() => rig.close());
    const url = await rig.listen();
    const port = Number(new URL(url).port);
    const hold = async (text: string): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      cleanups.push(() => socket.destroy());
      await once(socket, 'connect');
      socket.write(text);
      return socket;
    };
    const page = await hold(`GET /api/live HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${consoleTokens.viewer}\r\n\r\n`);
    await once(page, 'data');
    const headers = 'GET /api/session HTTP/1.1\r\nhost: localhost\r\nx: ';
    const body = 'POST /api/sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{';
    for (const text of [headers, body]) {
      for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 202 }, async () => hold(text)));
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    }
    expect([page.destroyed, rig.live.count()]).toEqual([false, 1]);
  }, 30_000);
});
