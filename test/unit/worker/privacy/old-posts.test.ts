import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { AppError } from '@watchpost/shared/errors';
import { deleteLeftPictures } from '@watchpost/worker/privacy/left-pictures';
import { deleteOldPosts } from '@watchpost/worker/privacy/old-posts';
import { beforeEach, describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { notePost } from '../../../support/expired-posts.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});

async function posted(snapshot = 's1'): Promise<string> {
  const { id } = await rig.join(snapshot, [comparableFace()]);
  await rig.settle();
  expect(JSON.stringify(rig.posts.shown())).toContain('Ada');
  return id;
}

describe('old posts', () => {
  const task = (days: number | null, platforms = [rig.deps.platformFor('slack:CREAD')]) =>
    deleteOldPosts(
      {
        ...rig.deps,
        ...rig.visiting,
        platforms,
        postsMs: days === null ? null : days * dayMs,
      },
      never,
    );

  it('are deleted after so many days, by the setting as it is now', async () => {
    await posted();
    rig.nowMs += 10 * dayMs;
    await task(null);
    await task(11);
    expect(rig.posts.shown()).toHaveLength(1);
    await task(9);
    expect([rig.posts.shown(), rig.posts.files.size]).toEqual([[], 0]);
  });

  it('stay known while their platform is not configured', async () => {
    await posted();
    rig.nowMs += 10 * dayMs;
    await task(9, []);
    expect(await createKnownPosts(rig.documents).showing(['ada'], 9, never)).toHaveLength(1);
    rig.nowMs += dayMs;
    await task(9);
    expect(rig.posts.shown()).toEqual([]);
  });

  it('say nothing more where the platform lets nobody delete them', async () => {
    await posted();
    rig.nowMs += 10 * dayMs;
    rig.posts.withdraw = async () => Promise.reject(new AppError('chat-refused', 'message can not be deleted'));
    await task(9);
    expect(rig.posts.shown()).toMatchObject([{ fileId: null, post: { summary: 'This post was older than posts are kept here.' } }]);
    expect([rig.posts.files.size, await createKnownPosts(rig.documents).showing(['ada'], 9, never)]).toEqual([0, []]);
  });

  it('have their picture deleted later, where the platform refuses that at first, also one of nobody who is known', async () => {
    await rig.join('s1', [comparableFace({ person: null })]);
    await rig.settle();
    expect(rig.posts.files.size).toBe(1);
    rig.nowMs += 10 * dayMs;
    const remove = rig.posts.remove.bind(rig.posts);
    rig.posts.remove = async () => Promise.reject(new AppError('chat-refused', 'cant_delete_file'));
    await task(9);
    expect([rig.posts.shown(), rig.posts.files.size]).toEqual([[], 1]);
    rig.posts.remove = remove;
    rig.nowMs += dayMs;
    await deleteLeftPictures({ ...rig.deps, ...rig.visiting, platforms: [rig.deps.platformFor('slack:CREAD')] }, never);
    expect(rig.posts.files.size).toBe(0);
  });

  it('are never said again where nobody can delete them, whatever changes', async () => {
    const id = await posted();
    rig.nowMs += 10 * dayMs;
    rig.posts.withdraw = async () => Promise.reject(new AppError('chat-refused', 'message can not be deleted'));
    await task(9);
    const { revision } = await rig.visiting.visits.save(await rig.visit(id), never);
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' });
    await rig.settle();
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(rig.posts.files.size).toBe(0);
  });

  it('are deleted although so many newer ones are refused that they would fill every round', async () => {
    await notePost(rig, 1);
    const [oldest] = rig.posts.shown();
    for (let number = 2; number <= 42; number += 1) await notePost(rig, number);
    const knownPosts = createKnownPosts(rig.documents);
    for (const post of (await knownPosts.showing(['ada'], 99, never)).slice(0, 41))
      await knownPosts.refused(post, 'channel-not-available', never);
    const withdraw = rig.posts.withdraw.bind(rig.posts);
    let refused = 0;
    rig.posts.withdraw = async (post, signal) => {
      if (post.messageId === oldest?.messageId) return withdraw(post, signal);
      refused += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    rig.nowMs += 10 * dayMs;
    await task(9);
    expect(rig.posts.shown()).toHaveLength(41);
    expect(refused).toBe(19);
  });

  it('are all deleted in the end, whatever is refused', async () => {
    for (let number = 1; number <= 22; number += 1) await notePost(rig, number);
    const withdraw = rig.posts.withdraw.bind(rig.posts);
    const [oldest] = rig.posts.shown();
    rig.posts.withdraw = async (post, signal) => {
      if (post.messageId !== oldest?.messageId) throw new AppError('channel-not-available', 'is_archived');
      return withdraw(post, signal);
    };
    rig.nowMs += 10 * dayMs;
    await task(9);
    await task(9);
    expect(rig.posts.shown()).toHaveLength(21);
    rig.posts.withdraw = withdraw;
    rig.nowMs += dayMs;
    await task(9);
    await task(9);
    expect(rig.posts.shown()).toEqual([]);
  });

  it('that were refused are asked for again after a minute, and rarer and rarer', async () => {
    await posted();
    let tries = 0;
    rig.posts.withdraw = async () => {
      tries += 1;
      throw new AppError('channel-not-available', 'is_archived');
    };
    rig.nowMs += 10 * dayMs;
    // Ten hours, each minute.
    const at: number[] = [];
    for (let minute = 0; minute < 600; minute += 1) {
      const before = tries;
      await task(9);
      if (tries > before) at.push(minute);
      rig.nowMs += 60_000;
    }
    expect(at).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511]);
  });
});
