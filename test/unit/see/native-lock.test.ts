import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createNativeLock, holding, takeForGood } from '@watchpost/see/threads/native-lock';
import { pause } from '@watchpost/shared/wait';
import { expect, it } from 'vitest';

const never = new AbortController().signal;
const isThere = () => false;

it('whoever ends a thread waits for all of its native code', async () => {
  const lock = createNativeLock();
  const uninterrupted = holding(lock);
  const order: string[] = [];
  const work = (name: string, ms: number) =>
    uninterrupted(async () => {
      await pause(ms, never);
      order.push(name);
    });
  const both = Promise.all([work('first', 20), work('second', 60)]);
  await takeForGood(lock, isThere);
  order.push('taken');
  await both;
  expect(order).toEqual(['first', 'second', 'taken']);
});

it('is free again after work that failed', async () => {
  const lock = createNativeLock();
  await expect(holding(lock)(async () => Promise.reject(new Error('no such model')))).rejects.toThrow('no such model');
  await takeForGood(lock, isThere);
});

it('does not wait for a thread that is gone', async () => {
  const lock = createNativeLock();
  void holding(lock)(() => new Promise(() => undefined));
  expect(await takeForGood(lock, () => true)).toBeUndefined();
});

it('a thread that is to be ended begins no more native code, and can be ended', async () => {
  const lock = createNativeLock();
  await takeForGood(lock, isThere);
  const file = import.meta.resolve('@watchpost/see/threads/native-lock');
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(file)}).then(({ holding }) => {
      parentPort.postMessage('about to');
      return holding(workerData)(async () => parentPort.postMessage('began'));
    });`;
  const worker = new Worker(source, { eval: true, workerData: lock });
  const messages: unknown[] = [];
  worker.on('message', (message) => messages.push(message));
  await once(worker, 'message');
  await pause(100, never);
  await worker.terminate();
  expect(messages).toEqual(['about to']);
});
