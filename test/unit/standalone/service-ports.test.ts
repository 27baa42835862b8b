import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureFree } from '@watchpost/standalone/processes/ports';
import { innerPort, servicePort } from '@watchpost/standalone/processes/service-ports';

const host = '127.0.0.1';
const busy: Server[] = [];
afterEach(async () => {
  for (const server of busy.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A port that somebody else listens on. */
async function takenPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  busy.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
const rules = (...taken: number[]) => ({ host, taken, claim: async (place: Parameters<typeof ensureFree>[0]) => ensureFree(place) });

describe('the ports of our processes', () => {
  it('any free one for 0', async () => {
    expect(await servicePort({ port: 0, variable: 'PORT', mayMove: false }, rules())).toBeGreaterThan(1_023);
  });

  it('one that somebody chose is taken, or said to be in use', async () => {
    const port = await takenPort();
    await expect(servicePort({ port, variable: 'FEED_PORT', mayMove: false }, rules())).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining('FEED_PORT'),
    });
  });

  it('one that nobody chose moves on, past those that are given out', async () => {
    const port = await takenPort();
    const moved = await servicePort({ port, variable: 'FEED_PORT', mayMove: true }, rules());
    expect(moved).toBeGreaterThan(port);
    expect(await servicePort({ port, variable: 'FEED_PORT', mayMove: true }, rules(port, moved))).toBeGreaterThan(moved);
    expect(await innerPort({ port, variable: 'WORKER_PORT', isChosen: false }, rules(moved))).toBeGreaterThan(moved);
  });
});
