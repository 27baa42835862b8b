import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { limitConnections } from '@watchpost/shared/process/limit-connections';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

describe('limitConnections', () => {
  async function listening(most: number, listener: RequestListener): Promise<{ server: Server; open: (text?: string) => Promise<Socket> }> {
    const server = createServer(listener);
    limitConnections(server, most);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return {
      server,
      open: async (text = '') => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined).resume();
        cleanups.push(() => socket.destroy());
        await once(socket, 'connect');
        if (text) socket.write(text);
        return socket;
      },
    };
  }

  it('lets the one give way that has waited longest since it was answered', async () => {
    const { open } = await listening(2, (_request, response) => response.end('done'));
    const first = await open();
    const second = await open();
    first.write(request);
    await once(first, 'data');
    const third = await open(request);
    await once(third, 'data');
    await until('the second is closed', () => second.destroyed);
    expect(first.destroyed).toBe(false);
  });

  it('refuses the new one when all are being answered', async () => {
    let answering = 0;
    const { open } = await listening(2, (_request, response) => {
      answering += 1;
      response.write('...');
    });
    const held = [await open(request), await open(request)];
    await until('both are being answered', () => answering === 2);
    const third = await open(request);
    await until('the third is closed', () => third.destroyed);
    expect(held.map(({ destroyed }) => destroyed)).toEqual([false, false]);
  });
});
