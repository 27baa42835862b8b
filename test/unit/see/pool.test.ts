import { createPool, type PoolThread } from '@watchpost/see/threads/pool';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

const never = () => new AbortController().signal;

/** Threads that reply when they are told to. `failStarts`: numbers of the starts that fail, from 0. */
function fakeThreads({ failStarts = [] }: { failStarts?: number[] } = {}) {
  const threads: { requests: string[]; reply: (text: string) => void; crash: () => void; ended: boolean }[] = [];
  const start = (): PoolThread<string, string> => {
    const replies: ((reply: string) => void)[] = [];
    const exits: ((error: Error | undefined) => void)[] = [];
    const exit = (error: Error | undefined): void => {
      if (thread.ended) return;
      thread.ended = true;
      for (const listener of exits) listener(error);
    };
    const thread = {
      requests: [] as string[],
      ended: false,
      reply: (text: string) => {
        for (const listener of replies) listener(text);
      },
      crash: () => exit(new Error('out of memory')),
    };
    threads.push(thread);
    const broken = failStarts.includes(threads.length - 1);
    return {
      ready: broken ? Promise.reject(new Error('no such model')) : Promise.resolve(),
      send: (request) => thread.requests.push(request),
      onReply: (listener) => replies.push(listener),
      onExit: (listener) => exits.push(listener),
      end: async () => exit(undefined),
    };
  };
  return { threads, start };
}

const lost: string[] = [];
const open = (fakes: ReturnType<typeof fakeThreads>, size: number, timeoutMs = 60_000, signal = never()) =>
  createPool({ size, start: fakes.start, timeoutMs, onLost: (reason) => lost.push(reason) }, signal);

afterEach(() => {
  lost.length = 0;
});

it('gives each thread one request at a time, first come, first served', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 2);
  const answers = ['a', 'b', 'c'].map((request) => pool.run(request, never()));
  expect(fakes.threads.flatMap(({ requests }) => requests).sort()).toEqual(['a', 'b']);
  const [first, second] = fakes.threads;
  const ofA = fakes.threads.find(({ requests }) => requests[0] === 'a')!;
  ofA.reply('A');
  expect(await answers[0]).toBe('A');
  expect(ofA.requests).toEqual(['a', 'c']);
  ofA.reply('C');
  (ofA === first ? second! : first!).reply('B');
  expect(await Promise.all(answers)).toEqual(['A', 'B', 'C']);
  await pool.close();
});

it('ends its threads when it is aborted before they are ready', async () => {
  const fakes = fakeThreads();
  const stopping = new AbortController();
  const opening = open(fakes, 2, 60_000, stopping.signal);
  stopping.abort();
  await expect(opening).rejects.toMatchObject({ code: 'aborted' });
  expect(fakes.threads.map(({ ended }) => ended)).toEqual([true, true]);
});

it('replaces a thread that crashes: its request fails for now, the next one succeeds', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 1);
  const [crashed, next] = [pool.run('a', never()), pool.run('b', never())];
  fakes.threads[0]!.crash();
  await expect(crashed).rejects.toMatchObject({ code: 'inference-crashed', retry: 'transient' });
  await until('the new thread has the request', () => fakes.threads[1]?.requests.includes('b'));
  fakes.threads[1]!.reply('B');
  expect(await next).toBe('B');
  expect(lost).toHaveLength(1);
  await pool.close();
});

it('gives no request to a thread that died while it was idle', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 1);
  fakes.threads[0]!.crash();
  const answer = pool.run('a', never());
  expect(fakes.threads[0]!.requests).toEqual([]);
  await until('the new thread has the request', () => fakes.threads[1]?.requests.includes('a'));
  fakes.threads[1]!.reply('A');
  expect(await answer).toBe('A');
  await pool.close();
});

it('starts another thread until one starts', async () => {
  const fakes = fakeThreads({ failStarts: [1] });
  const pool = await open(fakes, 1);
  const crashed = pool.run('a', never());
  fakes.threads[0]!.crash();
  await expect(crashed).rejects.toMatchObject({ code: 'inference-crashed' });
  const next = pool.run('b', never());
  await until('the third thread has the request', () => fakes.threads[2]?.requests.includes('b'));
  fakes.threads[2]!.reply('B');
  expect(await next).toBe('B');
  expect(lost).toEqual(['an inference thread exited: out of memory', 'a thread did not start: Error: no such model']);
  await pool.close();
});

it('replaces a thread that hangs, and ignores its late reply', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 1, 20);
  const hanging = pool.run('a', never());
  await expect(hanging).rejects.toMatchObject({ code: 'inference-timeout', retry: 'transient' });
  expect(fakes.threads[0]!.ended).toBe(true);
  await until('there is a new thread', () => fakes.threads.length === 2);
  const next = pool.run('b', never());
  await until('it has the request', () => fakes.threads[1]!.requests.includes('b'));
  fakes.threads[0]!.reply('late');
  fakes.threads[1]!.reply('B');
  expect(await next).toBe('B');
  await pool.close();
});

it('drops a waiting request that is aborted', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 1);
  const running = pool.run('a', never());
  const abort = new AbortController();
  const waiting = pool.run('b', abort.signal);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
  fakes.threads[0]!.reply('A');
  await running;
  expect(fakes.threads[0]!.requests).toEqual(['a']);
  await expect(pool.run('c', abort.signal)).rejects.toMatchObject({ code: 'aborted' });
  await pool.close();
});

it('a request aborted while it runs frees its thread only when the thread has replied', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 1);
  const abort = new AbortController();
  const given = pool.run('a', abort.signal);
  const next = pool.run('b', never());
  abort.abort();
  await expect(given).rejects.toMatchObject({ code: 'aborted' });
  expect(fakes.threads[0]!.requests).toEqual(['a']);
  fakes.threads[0]!.reply('A');
  expect(fakes.threads[0]!.requests).toEqual(['a', 'b']);
  fakes.threads[0]!.reply('B');
  expect(await next).toBe('B');
  await pool.close();
});

it('rejects if a thread cannot start, and leaves none behind', async () => {
  const fakes = fakeThreads({ failStarts: [0] });
  await expect(open(fakes, 2)).rejects.toThrow('no such model');
  expect(fakes.threads.filter(({ ended }) => !ended)).toHaveLength(0);
});

it('closing rejects waiting and running requests', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 1);
  const both = [pool.run('a', never()), pool.run('b', never())];
  const settled = Promise.allSettled(both);
  await pool.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(pool.run('c', never())).rejects.toMatchObject({ code: 'aborted' });
});

it('says how busy its threads are, and how long they have worked', async () => {
  const fakes = fakeThreads();
  const pool = await open(fakes, 2);
  expect(pool.load()).toEqual({ threads: 2, busy: 0, waiting: 0, busyMs: 0 });
  const answers = ['a', 'b', 'c'].map((request) => pool.run(request, never()));
  await until('both have worked a while', () => pool.load().busyMs > 10);
  expect(pool.load()).toMatchObject({ threads: 2, busy: 2, waiting: 1 });
  fakes.threads.find(({ requests }) => requests[0] === 'a')!.reply('A');
  await answers[0];
  expect(pool.load()).toMatchObject({ busy: 2, waiting: 0 });
  for (const { requests, reply } of fakes.threads) reply(requests.at(-1)!);
  await Promise.all(answers);
  const { busyMs } = pool.load();
  expect(pool.load()).toEqual({ threads: 2, busy: 0, waiting: 0, busyMs });
  expect(busyMs).toBeGreaterThan(10);
  await pool.close();
});
