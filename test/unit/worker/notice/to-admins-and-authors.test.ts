import type { Permission } from '@watchpost/shared/chat/members';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post } from '@watchpost/shared/chat/post';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createNoticeHandler } from '@watchpost/worker/notice/pipeline';
import { createPostNotice, readNotice, type NoticeBody } from '@watchpost/worker/notice/notice';
import { beforeEach, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { notingPlatform, nothingSeen } from '../../../support/deeds-rig.ts';

const never = new AbortController().signal;
const posted = { state: 'posted', fileId: null, uploadedAtMs: null, askedAtMs: 1, messageId: '1.0' } as const;
const run = { text: 'C1', channel: 'C1' };
const post: Post = { summary: 'hello', picture: null, sections: [{ text: [run], buttons: [], menu: [] }], footer: [] };
const author = { platform: 'slack', member: 'UADA', about: 'own-message' } as const;

let documents: DocumentStore;
let mayRead: Permission;
let refused: ErrorCode | null;
let sent: { to: string; post: Post }[];
beforeEach(() => {
  [documents, mayRead, refused, sent] = [createMemoryDocuments(), 'yes', null, []];
});

const send = async (to: string, shown: Post) => {
  if (refused) throw new AppError(refused, 'not in the channel');
  sent.push({ to, post: shown });
  return posted;
};
const platform = (): ConnectedPlatform => {
  const noting = notingPlatform(nothingSeen());
  return {
    ...noting,
    adminChannel: 'slack:CADMIN',
    posts: { ...noting.posts, send: async ({ channel, post: shown }) => send(channel, shown) },
    members: { ...noting.members, mayRead: async () => mayRead, message: async (member, { post: shown }) => send(member, shown) },
  };
};
const deliver = async (to: NoticeBody['to']): Promise<unknown> => {
  const postNotice = createPostNotice({ documents, sender: { send: async () => undefined }, now: Date.now, sendTimeoutMs: 1_000 });
  await postNotice({ id: 'n1', to, post, sheet: [] }, never);
  const handler = createNoticeHandler({
    platformFor: platform,
    documents,
    questions: undefined as never,
    subscriptions: { end: async () => undefined },
    log: createLogger('test', 'silent'),
    timed: async (_step, work) => work(),
    now: Date.now,
  });
  return handler({ v: 1, kind: 'notice', noticeId: 'n1' }, { attempt: 1, lastAttempt: false }, never);
};

it.each(['no', 'unknown'] as const)(
  'an author hears of the own message also where "%s" is known of the results channel',
  async (permission) => {
    mayRead = permission;
    await deliver(author);
    expect(sent.map(({ to }) => to)).toEqual(['UADA']);
    sent = [];
    documents = createMemoryDocuments();
    expect(await deliver({ platform: 'slack', member: 'UADA' })).toBe('idle');
    expect(sent).toEqual([]);
  },
);

it.each([{ platform: 'slack', member: 'UADA' } as const, author])('who blocks us is no failure, and is not tried again', async (to) => {
  refused = 'chat-closed';
  await deliver(to);
  refused = null;
  expect(await deliver(to)).toBe('idle');
  expect(sent).toEqual([]);
});

it('a mention of a channel is kept until it is posted', async () => {
  await deliver(author);
  expect(sent[0]?.post.sections[0]?.text).toEqual([run]);
});

it('an admin channel that takes no posts is waited for, and holds no other notices', async () => {
  refused = 'channel-not-available';
  await expect(deliver({ channel: 'slack:CADMIN' })).rejects.toMatchObject({
    code: 'violation-waiting',
    retry: 'transient',
    retryAfterMs: 600_000,
  });
  expect((await readNotice(documents, 'n1', never))?.post).toEqual(post);
  documents = createMemoryDocuments();
  await expect(deliver({ channel: 'slack:CRESULTS' })).rejects.toMatchObject({ code: 'channel-not-available' });
  refused = 'chat-unavailable';
  documents = createMemoryDocuments();
  await expect(deliver({ channel: 'slack:CADMIN' })).rejects.toMatchObject({ code: 'chat-unavailable' });
});

it('an author who cannot be written to holds no other notices', async () => {
  refused = 'channel-not-available';
  await expect(deliver(author)).rejects.toMatchObject({ code: 'chat-refused', retry: 'permanent' });
  refused = 'chat-unavailable';
  documents = createMemoryDocuments();
  await expect(deliver(author)).rejects.toMatchObject({ code: 'chat-unavailable' });
});
