import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createLive } from '@watchpost/console/live/hub';
import { streamTo } from '@watchpost/console/live/stream';
import { AppError } from '@watchpost/shared/errors';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

/** A response of a real server, with its reader, who can leave. */
async function opened(): Promise<{ response: ServerResponse; leave: () => void; read: () => Promise<string> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const gone = new AbortController();
  const asked = fetch(`http://127.0.0.1:${String(port)}/`, { signal: gone.signal });
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  return {
    response,
    leave: () => {
      asked.catch(() => undefined);
      gone.abort();
    },
    read: async () => (await asked).text(),
  };
}

it('whoever left while we asked who it is is not listened for', async () => {
  const live = createLive();
  const { response, leave } = await opened();
  const closed = once(response, 'close');
  leave();
  await closed;
  streamTo(response, { live, by: 'ada', mayLook: async () => true }, never);
  expect(live.count()).toBe(0);
});

it('whoever leaves later is forgotten', async () => {
  const live = createLive();
  const { response, leave } = await opened();
  response.writeHead(200);
  streamTo(response, { live, by: 'ada', mayLook: async () => true }, never);
  expect(live.count()).toBe(1);
  leave();
  await until('nobody is listened for', () => live.count() === 0);
});

it.each([
  ['may look no longer', async () => false],
  ['came by a token that is over', async () => Promise.reject(new AppError('request-unauthorised', 'the token of the proxy is not valid'))],
])('ends for somebody who %s', async (_, mayLook) => {
  const { response, read } = await opened();
  response.writeHead(200);
  streamTo(response, { live: createLive(), by: 'ada', mayLook, heartbeat: 10 }, never);
  expect(await read()).toContain('welcome');
});

it('goes on while the database is away', async () => {
  const live = createLive();
  const { response } = await opened();
  response.writeHead(200);
  let asked = 0;
  const mayLook = async (): Promise<boolean> => {
    asked += 1;
    throw new AppError('gallery-unavailable', 'away');
  };
  streamTo(response, { live, by: 'ada', mayLook, heartbeat: 10 }, never);
  await until('it was asked three times', () => asked >= 3);
  expect([live.count(), response.writableEnded]).toEqual([1, false]);
});
