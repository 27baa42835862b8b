import { expect, it } from 'vitest';
import { createLine } from '@watchpost/worker/talk/line';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';

const never = new AbortController().signal;
const busy = { code: 'talk-busy', retryAfterMs: 120 };

function rig() {
  let nowMs = 1_000_000;
  const documents = createMemoryDocuments(() => nowMs);
  const worker = () => createLine(documents, () => nowMs);
  return { line: worker(), another: worker(), pass: (ms: number) => void (nowMs += ms) };
}
const job = (id: string, after: string | null = null, chat = 'chat:1') => ({
  id,
  after,
  chat: chat === 'chat:2' ? ('chat:2' as const) : ('chat:1' as const),
});

it('one job of a chat works at a time, whichever worker has it; other chats wait for nobody', async () => {
  const { line, another } = rig();
  const first = await line.enter(job('a'), never);
  await expect(another.enter(job('b'), never)).rejects.toMatchObject(busy);
  expect(await another.enter(job('c', null, 'chat:2'), never)).not.toBeNull();
  await first?.leave('done');
  expect(await another.enter(job('b'), never)).not.toBeNull();
});

it('of two that come at once one works', async () => {
  const { line, another } = rig();
  const both = await Promise.allSettled([line.enter(job('a'), never), another.enter(job('b'), never)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

it('a job waits for the one before it, also while that is tried again', async () => {
  const { line } = rig();
  await expect(line.enter(job('b', 'a'), never)).rejects.toMatchObject(busy);
  const first = await line.enter(job('a'), never);
  await first?.leave('again');
  await expect(line.enter(job('b', 'a'), never)).rejects.toMatchObject(busy);
  await (await line.enter(job('a'), never))?.leave('done');
  expect(await line.enter(job('b', 'a'), never)).not.toBeNull();
});

it('what is done is never done again', async () => {
  const { line, another } = rig();
  await (await line.enter(job('a'), never))?.leave('done');
  expect(await another.enter(job('a'), never)).toBeNull();
});

it('a dead worker, and a job that never comes, hold up for a while only', async () => {
  const { line, another, pass } = rig();
  await line.enter(job('a'), never);
  await expect(another.enter(job('b', 'lost'), never)).rejects.toMatchObject(busy);
  pass(51_000);
  await expect(another.enter(job('b', 'lost'), never)).rejects.toMatchObject(busy);
  pass(90_000);
  expect(await another.enter(job('b', 'lost'), never)).not.toBeNull();
});

it('who was given up does not free the chat of whoever came next', async () => {
  const { line, another, pass } = rig();
  const slow = await line.enter(job('a'), never);
  pass(51_000);
  await another.enter(job('b'), never);
  await slow?.leave('done');
  await expect(line.enter(job('c'), never)).rejects.toMatchObject(busy);
});
