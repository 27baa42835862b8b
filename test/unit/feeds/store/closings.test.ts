import { createClosings, followClosings } from '@watchpost/feeds/store/closings';
import { createLogger } from '@watchpost/shared/observability/logger';
import { followConsole } from '@watchpost/worker/follow-console';
import { describe, expect, it, onTestFinished } from 'vitest';
import { never } from '../../../support/each-store.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { until } from '../../../support/until.ts';

const log = createLogger('test', 'silent');
const at = { kind: 'feed-closings', id: 'closings' };

describe('which feeds are closed by hand', () => {
  it('is not known, nor changed, where a newer release has written it; what was read before holds', async () => {
    const documents = createMemoryDocuments();
    const closings = createClosings(documents);
    await closings.set('news', true, never);
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    const taken: string[][] = [];
    let reads = 0;
    const followed = followClosings(
      {
        documents: async () => {
          reads += 1;
          return documents;
        },
        take: (closed) => taken.push([...closed]),
        log,
        everyMs: 5,
      },
      stopping.signal,
    );
    await followed.known;
    const { document } = await documents.get(at.kind, at.id, never);
    const newer = { v: 2, slugs: { news: 'for a week' } };
    await documents.put({ ...document!, body: newer }, never);
    const before = reads;
    await until('it was read again', () => reads > before + 2);
    expect(taken).toEqual([['news']]);
    await expect(closings.read(never)).rejects.toMatchObject({ code: 'database-newer' });
    await expect(closings.set('old', true, never)).rejects.toMatchObject({ code: 'database-newer' });
    expect((await documents.get(at.kind, at.id, never)).document?.body).toEqual(newer);
  });

  it('is known to a worker before it takes jobs', async () => {
    const documents = createMemoryDocuments();
    await createClosings(documents).set('news', true, never);
    let answer = (): void => undefined;
    const away = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = {
      ...documents,
      get: async (...what: Parameters<typeof documents.get>) => {
        await away;
        return documents.get(...what);
      },
    };
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    let closed: readonly string[] = [];
    const feeds = { closeByHand: (slugs: ReadonlySet<string>) => void (closed = [...slugs]) };
    const lifecycle = { stopping: stopping.signal, onStop: () => undefined };
    let isKnown = false;
    const knowing = followConsole({ documents: slow, cameras: { layOver: () => undefined }, feeds, log }, lifecycle).then(() => {
      isKnown = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isKnown).toBe(false);
    answer();
    await knowing;
    expect(closed).toEqual(['news']);
  });
});
