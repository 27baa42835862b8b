import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import { createPostNotice } from '@watchpost/worker/notice/notice';
import { toDocument } from '@watchpost/visits/visit-document';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { notePost } from '../../../support/expired-posts.ts';
import { postsOfAda } from '../../../support/posts-of-ada.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const ada = { personIds: ['ada'], faceIds: [], names: ['Ada'], dueForMs: 0 };
let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});

const { place, posted, forgetAda, expired } = postsOfAda(() => rig);

describe('posts that show somebody who is forgotten', () => {
  it('are said again although their visit has expired, without the picture', async () => {
    const id = await posted();
    await expired(id);
    forgetAda();
    const posts = place('redraw');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
    await posts.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(rig.posts.shown()).toMatchObject([{ fileId: null, post: { summary: 'This post was about somebody who is forgotten.' } }]);
    expect(rig.posts.files.size).toBe(0);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('wait for their visit where there is one, however old it is', async () => {
    const id = await posted();
    rig.nowMs += 20 * dayMs;
    forgetAda();
    const posts = place('redraw');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
    const again = visitsPlace({
      knownPosts: createKnownPosts(rig.documents),
      documents: rig.documents,
      visits: rig.visiting.visits,
      sayAgain: async ({ revision }) => void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }),
    });
    expect(await again.count(ada, never)).toEqual({ visits: 1 });
    await again.erase?.(ada, never);
    await rig.settle();
    expect(await again.count(ada, never)).toEqual({ visits: 0 });
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('are deleted with their pictures where that is wanted, and never posted again', async () => {
    const id = await posted();
    forgetAda();
    const posts = place('delete');
    await posts.erase?.(ada, never);
    expect([rig.posts.shown(), rig.posts.files.size]).toEqual([[], 0]);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
    expect((await rig.visit(id)).post?.progress?.state).toBe('gone');
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision: 99, why: 'edit' });
    await rig.settle();
    expect(rig.posts.shown()).toEqual([]);
  });

  it('are said again where the platform does not let them be deleted', async () => {
    const id = await posted();
    await expired(id);
    forgetAda();
    rig.posts.withdraw = async () => Promise.reject(new AppError('chat-refused', 'message can not be deleted'));
    const posts = place('delete');
    await posts.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('stay known while the platform refuses them, and hold up no others', async () => {
    const first = await posted();
    rig.nowMs += dayMs / 4;
    const second = await posted('s2');
    const [archived] = rig.posts.shown();
    await expired(first);
    await expired(second);
    forgetAda();
    const edit = rig.posts.edit.bind(rig.posts);
    rig.posts.edit = async (shown, signal) => {
      if (shown.messageId === archived?.messageId) throw new AppError('channel-not-available', 'is_archived');
      return edit(shown, signal);
    };
    const posts = place('redraw');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 2 });
    await posts.erase?.(ada, never);
    const why =
      'the bot cannot change or delete 1 in slack:CRESULTS (channel-not-available): let it into the channel, or delete them by hand; it is tried again';
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': { left: 1, why } });
    rig.posts.edit = edit;
    rig.nowMs += 60_000;
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it('hold no other jobs where the bot cannot change them, whatever their visit: the receipt says why', async () => {
    const id = await posted();
    forgetAda();
    const edit = rig.posts.edit.bind(rig.posts);
    let asked = 0;
    rig.posts.edit = async () => {
      asked += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    const again = visitsPlace({
      knownPosts: createKnownPosts(rig.documents),
      documents: rig.documents,
      visits: rig.visiting.visits,
      sayAgain: async ({ revision }) => void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }),
    });
    const posts = place('redraw');
    for (let look = 0; look < 120; look += 1) {
      await again.erase?.(ada, never);
      await posts.erase?.(ada, never);
      // A job that fails would hold others.
      await rig.settle();
      rig.nowMs += 30_000;
    }
    // Within the hour at 0, 10, 20, 30 and 40 minutes.
    expect(asked).toBeLessThanOrEqual(6);
    const why = expect.stringContaining('cannot change or delete 1 in slack:CRESULTS (channel-not-available)');
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': { left: 1, why } });
    rig.posts.edit = edit;
    rig.nowMs += dayMs;
    await again.erase?.(ada, never);
    await rig.settle();
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
  });

  it.each(['chat-rate-limited', 'chat-unavailable'] as const)('ask nobody for help where it passes: %s', async (code) => {
    await notePost(rig, 1);
    forgetAda();
    rig.posts.edit = async () => Promise.reject(new AppError(code, 'later'));
    const posts = place('redraw');
    await posts.erase?.(ada, never);
    expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
  });

  it('are asked rarer and rarer while the platform refuses them', async () => {
    for (let number = 1; number <= 22; number += 1) await notePost(rig, number);
    forgetAda();
    let asked = 0;
    rig.posts.edit = async () => {
      asked += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    const posts = place('redraw');
    for (let look = 0; look < 20; look += 1) {
      await posts.erase?.(ada, never);
      rig.nowMs += 30_000;
    }
    // Within ten minutes at 0, 1, 3 and 7.
    expect(asked).toBeLessThanOrEqual(22 * 4);
    expect(await posts.count(ada, never)).toMatchObject({ 'posts and pictures': { left: 22, why: expect.stringContaining('22 in') } });
  });
});

it('a direct message says the name no more', async () => {
  const post = { summary: 'Ada is here', picture: null, sections: [], footer: [] };
  const postNotice = createPostNotice({ documents: rig.documents, sender: rig.deps.sender, now: () => rig.nowMs, sendTimeoutMs: 1_000 });
  await postNotice({ id: 'n1', to: { platform: 'slack', member: 'U1' }, post, sheet: [], persons: ['ada'] }, never);
  await rig.settle();
  const posts = place('redraw');
  expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 1 });
  const edits: unknown[] = [];
  rig.posts.edit = async ({ channel, messageId, post: { summary } }) => {
    edits.push({ channel, messageId, summary });
    return 'edited';
  };
  await posts.erase?.(ada, never);
  const summary = 'This post was about somebody who is forgotten.';
  expect(edits).toEqual([{ channel: 'slack:D1', messageId: 'D1', summary }]);
  expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
});

it('posts that the platform refuses get their turn again, and leave the others theirs', async () => {
  for (let number = 1; number <= 22; number += 1) await notePost(rig, number);
  const edit = rig.posts.edit.bind(rig.posts);
  const [oldest] = rig.posts.shown();
  rig.posts.edit = async (shown, signal) => {
    if (shown.messageId !== oldest?.messageId) throw new AppError('channel-not-available', 'is_archived');
    return edit(shown, signal);
  };
  const posts = place('redraw');
  await posts.erase?.(ada, never);
  rig.nowMs += 1_000;
  await posts.erase?.(ada, never);
  expect(JSON.stringify(rig.posts.shown()[0])).not.toContain('Ada');
  rig.posts.edit = edit;
  for (let round = 0; round < 2; round += 1) {
    rig.nowMs += 60_000;
    await posts.erase?.(ada, never);
  }
  expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
  expect(await posts.count(ada, never)).toEqual({ 'posts and pictures': 0 });
});

it('posts are read in pages, however many wait for their visit', async () => {
  const id = await posted();
  const { channel, messageId } = { channel: 'slack:CRESULTS' as const, messageId: 'm' };
  const knownPosts = createKnownPosts(rig.documents);
  const visit = await rig.visit(id);
  for (let number = 0; number < 450; number += 1) {
    const copy = `visit-${String(number)}`;
    await rig.documents.put(toDocument({ ...visit, id: copy, revision: 0 }, 1e13), never);
    const about = { kind: 'visit' as const, id: copy };
    await knownPosts.note(
      { about, channel, messageId: `${messageId}${String(number)}`, pictures: [], persons: ['ada'], atMs: rig.nowMs },
      never,
    );
  }
  const [one, many] = [vi.spyOn(rig.documents, 'get'), vi.spyOn(rig.documents, 'getAll')];
  await place('redraw').erase?.(ada, never);
  expect(one.mock.calls.length + many.mock.calls.length).toBeLessThan(15);
  vi.restoreAllMocks();
  expect(await place('redraw').count(ada, never)).toEqual({ 'posts and pictures': 451 });
});
