import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { createGate } from '@watchpost/console/api/pictures/gate';
import { createKeptPictures } from '@watchpost/console/api/pictures/kept-pictures';
import { endingOf } from '@watchpost/console/http/ending';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { never } from '../../support/each-store.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

describe('downloads of whole snapshots', () => {
  it('are four at a time, however many are asked for; a few wait, and the others come again', async () => {
    const gate = createGate({ atATime: 4, waiting: 10 });
    let [running, most] = [0, 0];
    const ends: (() => void)[] = [];
    const all = Array.from({ length: 100 }, async () =>
      gate.pass(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => {
          ends.push(resolve);
        });
        running -= 1;
      }, never),
    );
    const settled = Promise.allSettled(all);
    for (let n = 0; n < 14; n += 1) {
      await until('another one is being fetched', () => ends.length > 0);
      ends.shift()?.();
    }
    const outcomes = await settled;
    expect(most).toBe(4);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(14);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'request-rate-limited', retryAfterMs: 2_000 },
    });
    await expect(gate.pass(async () => Promise.reject(new Error('gone')), never)).rejects.toThrow('gone');
    expect(await gate.pass(async () => 'free again', never)).toBe('free again');
  });
});

describe('whoever leaves', () => {
  it('gives its place in the queue to others, and nothing is fetched for it; what others want as well is', async () => {
    const gate = createGate({ atATime: 1, waiting: 1 });
    const pictures = createKeptPictures({ keepMs: 60_000, maxBytes: 1_000, now: Date.now });
    const fetched: string[] = [];
    const ends: (() => void)[] = [];
    const get = async (id: string, signal: AbortSignal) =>
      pictures.get(
        id,
        (allLeft) =>
          gate.pass(async () => {
            fetched.push(id);
            await new Promise<void>((resolve) => {
              ends.push(resolve);
            });
            return { bytes: new Uint8Array(1), contentType: 'image/jpeg' };
          }, allLeft),
        signal,
      );
    const [leaves, alsoLeaves] = [new AbortController(), new AbortController()];
    const first = get('first', leaves.signal);
    const second = [get('second', alsoLeaves.signal), get('second', leaves.signal)];
    await expect(get('third', never)).rejects.toMatchObject({ code: 'request-rate-limited' });
    leaves.abort();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    await expect(second[1]).rejects.toMatchObject({ code: 'aborted' });
    // Somebody waits for the second one still.
    await expect(get('third', never)).rejects.toMatchObject({ code: 'request-rate-limited' });
    alsoLeaves.abort();
    await expect(second[0]).rejects.toMatchObject({ code: 'aborted' });
    const third = get('third', never);
    ends.shift()?.();
    await until('the third is being fetched', () => ends.length === 1);
    ends.shift()?.();
    expect((await third).bytes).toHaveLength(1);
    expect(fetched).toEqual(['first', 'third']);
    // It was fetched to its end, although nobody waited for it.
    expect((await get('first', never)).contentType).toBe('image/jpeg');
    expect(fetched).toEqual(['first', 'third']);
  });
});

describe('the signal of a request', () => {
  async function asked(method: string): Promise<{ signal: AbortSignal; leave: () => void; response: ServerResponse }> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const request = get({ port, host: '127.0.0.1', method });
    request.on('error', () => undefined);
    const [raw, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    const signal = endingOf({ method, raw } as FastifyRequest, { raw: response } as unknown as FastifyReply, new AbortController().signal);
    return { signal, leave: () => request.destroy(), response };
  }

  it('ends with whoever only looks, and not with whoever changes something', async () => {
    const looking = await asked('GET');
    looking.leave();
    await until('it has ended', () => looking.signal.aborted);
    const changing = await asked('POST');
    changing.leave();
    await once(changing.response, 'close');
    expect(changing.signal.aborted).toBe(false);
  });

  it('does not end with an answer that has arrived', async () => {
    const { signal, response } = await asked('GET');
    response.end('done');
    await once(response, 'close');
    expect(signal.aborted).toBe(false);
  });
});
