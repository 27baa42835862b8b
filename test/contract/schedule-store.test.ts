import { createCollections } from '@watchpost/schedule/store/collections';
import { createRuns, type Run } from '@watchpost/schedule/store/runs';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';

const dayMs = 86_400_000;
const start = Date.parse('2126-11-22T12:00:00Z');

onEachStore('what jobs on a schedule keep', (store) => {
  const collections = () => createCollections(store.database().documents);
  const news = { into: 'news', key: undefined, keep: { items: null, ms: 90 * dayMs } };
  const item = (id: string) => ({ id, title: `Title ${id}`, price: 3.5 });
  const names = async (teller: string): Promise<unknown[]> =>
    (await collections().untold(teller, 100, never)).map(({ fields }) => fields['id']);

  it('is new once, for each that tells of it, in the order of its source', async () => {
    const tellers = ['post:a', 'mail:a'];
    await collections().store([item('3'), item('2')], { settings: news, tellers, atMs: start }, never);
    await collections().store([item('3'), item('2'), item('1')], { settings: news, tellers, atMs: start + 1_000 }, never);
    expect(await names('post:a')).toEqual(['1', '3', '2']);
    const [first] = await collections().untold('post:a', 1, never);
    await collections().told('post:a', [first!.id], never);
    expect(await names('post:a')).toEqual(['3', '2']);
    expect(await names('mail:a')).toEqual(['1', '3', '2']);
    expect(await collections().get([first!.id, 'news.none'], never)).toMatchObject([{ id: first!.id, fields: item('1') }]);
  });

  it('is stored once where several workers store it at the same time', async () => {
    const many = Array.from({ length: 20 }, (_, index) => item(String(index)));
    const how = { settings: news, tellers: ['post:a'], atMs: start };
    await Promise.all([1, 2, 3].map(async () => collections().store(many, how, never)));
    expect(await names('post:a')).toHaveLength(20);
  });

  it('is of each run where the time is in its key', async () => {
    const shares = { ...news, into: 'shares', key: ['name', 'at'] };
    for (const run of [1, 2, 3])
      await collections().store(
        [{ name: 'ACME', price: run, at: String(run) }],
        { settings: shares, tellers: [], atMs: start + run * dayMs },
        never,
      );
    const kept = await collections().during('shares', { fromMs: start + 2 * dayMs, limit: 10 }, never);
    expect(kept.map(({ fields }) => fields['price'])).toEqual([2, 3]);
  });

  it('goes when it is one of too many, but not while its source shows it', async () => {
    const few = { ...news, into: 'few', keep: { items: 3, ms: null } };
    await collections().store([item('old')], { settings: few, tellers: ['post:f'], atMs: start }, never);
    await collections().store(['c', 'b', 'a', 'old'].map(item), { settings: few, tellers: ['post:f'], atMs: start + dayMs }, never);
    expect(await names('post:f')).toEqual(['c', 'b', 'a', 'old']);
    await collections().store(['d', 'c'].map(item), { settings: few, tellers: ['post:f'], atMs: start + 2 * dayMs }, never);
    expect(await names('post:f')).toEqual(['d', 'c', 'b']);
  });

  it('lasts as long as its source shows it, and then as long as it is to be kept', async () => {
    const how = { settings: news, tellers: ['post:a'] };
    const expiry = async (): Promise<number | null | undefined> => {
      const [found] = await collections().untold('post:a', 1, never);
      return (await store.database().documents.get('schedule-item', found!.id, never)).document?.expiresAtMs;
    };
    await collections().store([item('1')], { ...how, atMs: start }, never);
    expect(await expiry()).toBe(start + 90 * dayMs);
    await collections().store([item('1')], { ...how, atMs: start + 80 * dayMs }, never);
    expect(await expiry()).toBe(start + 170 * dayMs);
  });

  it('knows the last run of a job', async () => {
    const runs = createRuns(store.database().documents);
    expect(await runs.last('news', never)).toBeNull();
    const run: Run = {
      forMs: start,
      state: 'running',
      startedAtMs: start,
      endedAtMs: null,
      error: null,
      found: 2,
      fresh: 1,
      telling: { post: ['a'] },
      waitUntilMs: null,
    };
    await runs.save('news', run, never);
    await Promise.all([1, 2].map(async () => runs.save('news', { ...run, state: 'done', endedAtMs: start + 5 }, never)));
    expect(await runs.last('news', never)).toEqual({ ...run, state: 'done', endedAtMs: start + 5 });
  });
});
