import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { postsOfAda } from '../../../support/posts-of-ada.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
const ada = { personIds: ['ada'], faceIds: [], names: ['Ada'], dueForMs: 0 };
const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const right = { x: 180, y: 20, width: 80, height: 80 };
let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});
const { place, posted, forgetAda, expired } = postsOfAda(() => rig);

describe('pictures of somebody who is forgotten', () => {
  it.each(['redraw', 'delete', 'expired'] as const)('are counted where the platform deletes no files: %s', async (how) => {
    const id = await posted();
    if (how === 'expired') await expired(id);
    forgetAda();
    const refusedFiles: string[] = [];
    const removeFile = rig.posts.remove.bind(rig.posts);
    rig.posts.remove = async (fileId) => {
      refusedFiles.push(fileId);
      return Promise.reject(new AppError('chat-refused', 'cant_delete_file'));
    };
    const posts = place(how === 'delete' ? 'delete' : 'redraw');
    if (how === 'redraw') {
      const { visits } = rig.visiting;
      const sayAgain = async ({ revision }: { revision: number }): Promise<void> =>
        void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' });
      await visitsPlace({ knownPosts: createKnownPosts(rig.documents), documents: rig.documents, visits, sayAgain }).erase?.(ada, never);
      await rig.settle();
    }
    await posts.erase?.(ada, never);
    expect(JSON.stringify(rig.posts.shown())).not.toContain('Ada');
    expect(refusedFiles).toHaveLength(1);
    expect(await posts.count(ada, never)).toEqual({
      'posts and pictures': { left: 1, why: expect.stringContaining('1 in slack:CRESULTS (chat-refused)') },
    });
    // Not at once again, and then until it may.
    await posts.erase?.(ada, never);
    expect(refusedFiles).toHaveLength(1);
    rig.nowMs += dayMs;
    await posts.erase?.(ada, never);
    expect(refusedFiles).toHaveLength(2);
    rig.posts.remove = removeFile;
    rig.nowMs += dayMs;
    await posts.erase?.(ada, never);
    expect([rig.posts.files.size, await posts.count(ada, never)]).toEqual([0, { 'posts and pictures': 0 }]);
  });

  it('are counted while the platform says that it deleted them, and still shows them', async () => {
    const id = await posted();
    await expired(id);
    forgetAda();
    const removeFile = rig.posts.remove.bind(rig.posts);
    rig.posts.remove = async () => Promise.reject(new AppError('removal-unconfirmed', 'it is still shown'));
    await place('redraw').erase?.(ada, never);
    expect(await place('redraw').count(ada, never)).toEqual({
      'posts and pictures': { left: 1, why: expect.stringContaining('(removal-unconfirmed)') },
    });
    rig.posts.remove = removeFile;
    rig.nowMs += dayMs;
    await place('redraw').erase?.(ada, never);
    expect([rig.posts.files.size, await place('redraw').count(ada, never)]).toEqual([0, { 'posts and pictures': 0 }]);
  });

  it.each(['a refusal', 'a rate limit'])('are counted also where one was replaced, and %s came between', async (what) => {
    await posted();
    const first = rig.posts.shown()[0]?.fileId ?? '';
    const removeFile = rig.posts.remove.bind(rig.posts);
    const code = what === 'a refusal' ? 'chat-refused' : 'chat-unavailable';
    rig.posts.remove = async () => Promise.reject(new AppError(code, 'not now'));
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    const job = rig.queued.shift()!;
    await rig.run(job).catch(() => undefined);
    rig.posts.remove = removeFile;
    rig.queued.push(job);
    await rig.settle();
    expect([rig.posts.shown()[0]?.fileId === first, rig.posts.files.has(first)]).toEqual([false, true]);
    const left = await createKnownPosts(rig.documents).get({ kind: 'file', id: first }, never);
    expect(left?.persons).toContain('ada');
    forgetAda();
    rig.nowMs += dayMs;
    await place('redraw').erase?.(ada, never);
    expect(rig.posts.files.has(first)).toBe(false);
  });
});
