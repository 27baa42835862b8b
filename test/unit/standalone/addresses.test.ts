import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { serveHealth } from '@watchpost/shared/process/health';
import { listenError } from '@watchpost/shared/process/listen-error';
import { askHealth, originOf, waitsFor } from '@watchpost/standalone/processes/ask-health';
import { anyFreePort, ensureFree, freePortFrom } from '@watchpost/standalone/processes/ports';
import { describe, expect, it, onTestFinished } from 'vitest';

const health = {
  live: () => true,
  checks: {},
  stopping: new AbortController().signal,
  scrape: async () => ({ contentType: 'text/plain', body: '' }),
};

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
/** macOS has only one IPv4 address on the loopback interface. */
const another = process.platform === 'linux' ? '127.0.0.5' : '::1';

describe('the address that ingest or worker is asked at', () => {
  it.each(['127.0.0.1', another, '0.0.0.0', 'localhost', ...(hasIPv6 ? ['::', '::1'] : [])])(
    'is one where it listens: %s',
    async (host) => {
      const server = await serveHealth(health, 0, 'WORKER_PORT', host);
      onTestFinished(() => server.close());
      expect(await askHealth({ host, port: server.port }, '/health/ready', 2_000)).toMatchObject({ status: 200 });
      expect((await fetch(`${originOf({ host, port: server.port })}/health/live`)).status).toBe(200);
    },
  );

  it('is the only one: the health endpoint listens on HOST alone', async () => {
    const server = await serveHealth(health, 0, 'WORKER_PORT', another);
    onTestFinished(() => server.close());
    expect(await askHealth({ host: '127.0.0.1', port: server.port }, '/health/live', 2_000)).toBeUndefined();
  });

  it('may give no answer in time', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await askHealth({ host: '127.0.0.1', port }, '/health/live', 200)).toBeUndefined();
  });
});

describe('a port', () => {
  it('that is taken is named with its variable', async () => {
    const taken = await serveHealth(health, 0, 'WORKER_PORT', '127.0.0.1');
    onTestFinished(() => taken.close());
    const place = { port: taken.port, host: '127.0.0.1', variable: 'WORKER_PORT' };
    await expect(ensureFree(place)).rejects.toMatchObject({
      code: 'port-in-use',
      message: `port ${String(taken.port)} is taken: stop what listens there, or set WORKER_PORT to another one`,
    });
    expect(await freePortFrom(taken.port, '127.0.0.1')).toBeGreaterThan(taken.port);
  });

  it('is waited for while a process of ours stops that listens there, and no longer', async () => {
    const stopping = new AbortController();
    const server = await serveHealth({ ...health, stopping: stopping.signal }, 0, 'WORKER_PORT', '127.0.0.1');
    const place = { port: server.port, host: '127.0.0.1', variable: 'WORKER_PORT' };
    let waits = 0;
    const free = async (): Promise<void> => ensureFree(place, () => (waits += 1));
    await expect(free()).rejects.toMatchObject({ code: 'port-in-use' });
    stopping.abort();
    setTimeout(() => void server.close(), 700);
    await free();
    expect(waits).toBe(1);
  });

  it.each(['192.0.2.7', 'no-such-host.invalid', 'http://localhost'])(
    'on an address that this machine does not have is refused: %s',
    async (host) => {
      const refused = { code: 'host-unavailable', message: expect.stringContaining(`this machine has no address ${host}: set HOST`) };
      await expect(ensureFree({ port: 5_000, host, variable: 'PORT' })).rejects.toMatchObject(refused);
      await expect(freePortFrom(5_000, host)).rejects.toMatchObject(refused);
      await expect(anyFreePort(host)).rejects.toMatchObject(refused);
      await expect(serveHealth(health, 0, 'WORKER_PORT', host)).rejects.toMatchObject(refused);
    },
  );

  it('that needs more rights is refused with what to do', () => {
    const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
    expect(listenError(error, 80, 'PORT')).toMatchObject({
      code: 'port-forbidden',
      message: expect.stringContaining('set PORT to one above'),
    });
  });
});

describe('what a process waits for', () => {
  it.each([
    [undefined, 'it does not answer yet'],
    [{ waitingFor: ['models', 'gallery'] }, 'it waits for models, gallery'],
    [{ waitingFor: ['slack'], reasons: { slack: 'the bot token is not valid' } }, 'the bot token is not valid'],
    [{ status: 'odd' }, 'it answers with HTTP 503'],
  ])('is said in words: %j', (body, words) => {
    expect(waitsFor(body && { status: 503, body: JSON.stringify(body) })).toBe(words);
  });
});
