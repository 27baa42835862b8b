import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInfiniteList, type InfiniteList } from '../../../apps/console/client/kit/infinite-list.ts';

const size = 120;

/** The API's list of numbers, the largest first: a cursor is the number after which a page begins. Each answer takes 20 ms. */
function listOf(count: number) {
  const all = Array.from({ length: count }, (_, index) => count - index);
  const asked: { cursor: string | null; background: boolean }[] = [];
  let fails = false;
  const get = async (cursor: string | null, { background }: { signal: AbortSignal; background: boolean }) => {
    asked.push({ cursor, background });
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (fails) throw new Error('away');
    const rest = all.filter((each) => cursor === null || each < Number(cursor));
    const items = rest.slice(0, size);
    return { items, next: rest.length > size ? String(items.at(-1)) : null };
  };
  return { all, asked, get, failing: (now: boolean) => void (fails = now) };
}

describe('a long list that others change', () => {
  let list: InfiniteList<number> | null = null;
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    list?.stop();
    vi.useRealTimers();
  });

  const open = async (api: ReturnType<typeof listOf>, pages: number): Promise<InfiniteList<number>> => {
    const opened = createInfiniteList<number>({ get: api.get, onChange: () => undefined });
    list = opened;
    opened.refetch();
    await vi.advanceTimersByTimeAsync(20);
    for (let page = 1; page < pages; page += 1) {
      opened.loadMore();
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    api.asked.length = 0;
    return opened;
  };

  it('asks seldom, but within a second of a change, for what is in view, however far it is scrolled and however often it changes', async () => {
    const api = listOf(10_000);
    const opened = await open(api, 84);
    expect(opened.state()).toMatchObject({ more: false, items: api.all });
    opened.show(5_050, 5_110);
    for (let ms = 0; ms < 10_000; ms += 400) {
      api.all[5_060] = 4_940 - ms / 10_000;
      opened.changed();
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(api.asked.length).toBeGreaterThan(10);
    expect(api.asked.length).toBeLessThanOrEqual(15);
    expect(new Set(api.asked.map(({ cursor }) => cursor))).toEqual(new Set([String(10_000 - 42 * size + 1)]));
    expect(api.asked.every(({ background }) => background)).toBe(true);
    expect(opened.state().items[5_060]).toBeLessThan(4_940);
    expect(opened.state().items).toHaveLength(10_000);
  });

  it('shows a change at once where nothing changed lately', async () => {
    const api = listOf(300);
    const opened = await open(api, 1);
    opened.changed();
    await vi.advanceTimersByTimeAsync(20);
    expect(api.asked).toHaveLength(1);
    opened.changed();
    await vi.advanceTimersByTimeAsync(500);
    expect(api.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(api.asked).toHaveLength(2);
  });

  it('is never given up for the next round, and asks once more for what changed meanwhile', async () => {
    const api = listOf(300);
    const opened = await open(api, 1);
    opened.changed();
    await vi.advanceTimersByTimeAsync(10);
    api.all.unshift(301);
    opened.changed();
    opened.refetch();
    await vi.advanceTimersByTimeAsync(30);
    expect(api.asked).toHaveLength(2);
    expect(opened.state().items[0]).toBe(301);
  });

  it('reads a page that was out of view when it comes into view again, and has nobody twice', async () => {
    const api = listOf(600);
    const opened = await open(api, 5);
    opened.show(500, 560);
    // Somebody of the last page is now at the top.
    api.all.splice(550, 1);
    api.all.unshift(1_000);
    opened.changed();
    await vi.advanceTimersByTimeAsync(20);
    expect(opened.state().items[0]).toBe(600);
    opened.show(0, 40);
    await vi.advanceTimersByTimeAsync(2_000);
    const { items, more } = opened.state();
    expect(items[0]).toBe(1_000);
    expect(new Set(items).size).toBe(items.length);
    expect(more).toBe(true);
    while (opened.state().more) {
      opened.loadMore();
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(opened.state().items).toEqual(api.all);
  });

  it('goes on with the following page that was asked for while it read anew', async () => {
    const api = listOf(300);
    const opened = await open(api, 1);
    opened.changed();
    await vi.advanceTimersByTimeAsync(10);
    opened.loadMore();
    await vi.advanceTimersByTimeAsync(30);
    expect(opened.state().items).toHaveLength(240);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(opened.state().items).toHaveLength(240);
  });

  it('keeps what it has when the API is away, and says so until it answers', async () => {
    const api = listOf(300);
    const opened = await open(api, 2);
    api.failing(true);
    opened.loadMore();
    await vi.advanceTimersByTimeAsync(20);
    expect(opened.state()).toMatchObject({ error: new Error('away'), more: true, loading: false });
    expect(opened.state().items).toHaveLength(240);
    api.failing(false);
    opened.loadMore();
    await vi.advanceTimersByTimeAsync(20);
    expect(opened.state()).toMatchObject({ error: null, more: false });
    expect(opened.state().items).toHaveLength(300);
  });
});
