import { createLogger } from '@watchpost/shared/observability/logger';
import { createCollections } from '@watchpost/schedule/store/collections';
import { createPostNotice } from '@watchpost/worker/notice/notice';
import { createNoticeHandler } from '@watchpost/worker/notice/pipeline';
import { expect, it } from 'vitest';
import { createFakePosts } from '../../../support/fake-posts.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { notingPlatform, nothingSeen } from '../../../support/deeds-rig.ts';

const never = new AbortController().signal;
const now = (): number => Date.parse('2026-11-22T12:00:00Z');
const chart = { of: 'shares', value: 'price', by: null, days: 30, title: 'Shares', timeZone: 'UTC' };
const post = { summary: 'Shares', picture: { title: 'Shares', altText: 'Chart' }, sections: [], footer: [] };

async function delivered(prices: readonly number[]) {
  const documents = createMemoryDocuments(now);
  const settings = { into: 'shares', key: ['at'], keep: { items: null, ms: 86_400_000_000 } };
  const items = prices.map((price, index) => ({ price, at: String(index) }));
  await createCollections(documents).store(items, { settings, tellers: [], atMs: now() }, never);
  const posts = createFakePosts(now);
  const platform = { ...notingPlatform(nothingSeen()), posts };
  const postNotice = createPostNotice({ documents, sender: { send: async () => undefined }, now, sendTimeoutMs: 1_000 });
  await postNotice({ id: 'n1', to: { channel: 'slack:C1' }, post, sheet: [], chart }, never);
  const handler = createNoticeHandler({
    platformFor: () => platform,
    documents,
    questions: undefined as never,
    subscriptions: { end: async () => undefined },
    log: createLogger('test', 'silent'),
    timed: async (_step, work) => work(),
    now,
  });
  await handler({ v: 1, kind: 'notice', noticeId: 'n1' }, { attempt: 1, lastAttempt: true }, never);
  const [message] = posts.shown();
  return { message, bytes: posts.files.get(message?.fileId ?? '') };
}

it('a notice is posted with its chart', async () => {
  const { message, bytes } = await delivered([1, 2, 3]);
  expect(
    Buffer.from(bytes ?? [])
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(message?.post.picture).toEqual(post.picture);
});

it('a notice of whose chart there is nothing yet has no picture, and announces none', async () => {
  const { message, bytes } = await delivered([]);
  expect(bytes).toBeUndefined();
  expect(message?.post.picture).toBeNull();
});
