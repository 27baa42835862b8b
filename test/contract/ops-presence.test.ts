import { listPresent, showPresence } from '@watchpost/shared/documents/presence';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { until } from '../support/until.ts';

onEachStore('processes that show themselves', (store) => {
  it('are there with what they do, change as it does, and are gone when they stop', async () => {
    const { documents } = store.database();
    const stop = new AbortController();
    let running = [{ kind: 'snapshot', count: 2 }];
    const held = [{ kind: 'visit', need: 'slack', reason: 'invite the app' }];
    const shown = showPresence({ documents, name: 'worker', look: () => ({ running, held }), everyMs: 1_000 }, stop.signal);
    await until('it is there', async () => (await listPresent(documents, never)).length === 1);
    expect(await listPresent(documents, never)).toMatchObject([{ name: 'worker', pid: process.pid, running, held }]);
    running = [];
    await until('it does nothing', async () => (await listPresent(documents, never))[0]?.running.length === 0);
    stop.abort();
    await shown;
    expect(await listPresent(documents, never)).toEqual([]);
  });

  it('are not there any more when they have said nothing for a while', async () => {
    const { documents } = store.database();
    const { nowMs } = await documents.get('presence', 'gone', never);
    const seenAtMs = Math.floor(nowMs) - 40_000;
    const body = { v: 1, name: 'worker', host: 'h', pid: 1, startedAtMs: 1, seenAtMs, everyMs: 10_000, running: [], held: null };
    const put = async (id: string, over: object): Promise<unknown> =>
      documents.put(
        { kind: 'presence', id, revision: 0, atMs: seenAtMs, keys: [], expiresAtMs: nowMs + 1_000_000, body: { ...body, ...over } },
        never,
      );
    await put('gone', {});
    await put('slow', { everyMs: 20_000 });
    await put('newer', { v: 2, seenAtMs: Math.floor(nowMs) });
    expect((await listPresent(documents, never)).map(({ id }) => id)).toEqual(['slow']);
  });
});
