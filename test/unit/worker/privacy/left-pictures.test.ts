import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import { AppError } from '@watchpost/shared/errors';
import { deleteLeftPictures } from '@watchpost/worker/privacy/left-pictures';
import { noteLeft, pictureFor } from '@watchpost/worker/visit/remove-file';
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

describe('a picture that no post shows any more', () => {
  const task = (platforms = [rig.deps.platformFor('slack:CREAD')]) =>
    deleteLeftPictures({ ...rig.deps, ...rig.visiting, platforms }, never);
  const noted = (id: string) => createKnownPosts(rig.documents).get({ kind: 'file', id }, never);

  it('is deleted later, where somebody took back their consent and the platform still shows it', async () => {
    const id = await posted();
    const first = rig.posts.shown()[0]?.fileId ?? '';
    const removeFile = rig.posts.remove.bind(rig.posts);
    let tries = 0;
    rig.posts.remove = async (fileId, signal) => {
      tries += 1;
      if (tries <= 2) throw new AppError('removal-unconfirmed', 'it is still shown');
      return removeFile(fileId, signal);
    };
    const { revision } = await rig.visiting.visits.save({ ...(await rig.visit(id)), picturesGo: true }, never);
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' });
    await rig.settle();
    await task();
    expect([rig.posts.files.has(first), tries]).toEqual([true, 1]);
    rig.nowMs += 60_000;
    await task([]);
    expect(tries).toBe(1);
    for (let minute = 0; minute < 4; minute += 1) {
      await task();
      rig.nowMs += 60_000;
    }
    expect([rig.posts.files.has(first), tries, await noted(first)]).toEqual([false, 3, null]);
  });

  it('is known no longer than it is there, where the answer was lost after it was replaced', async () => {
    await posted();
    const first = rig.posts.shown()[0]?.fileId ?? '';
    const removeFile = rig.posts.remove.bind(rig.posts);
    rig.posts.remove = async (fileId, signal) => {
      await removeFile(fileId, signal);
      throw new AppError('chat-rate-limited', 'nobody may look now', { retryAfterMs: 1_000 });
    };
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    const job = rig.queued.shift()!;
    await expect(rig.run(job)).rejects.toMatchObject({ code: 'chat-rate-limited' });
    rig.posts.remove = removeFile;
    rig.queued.push(job);
    await rig.settle();
    expect([rig.posts.files.has(first), (await noted(first))?.about.id]).toEqual([false, first]);
    await task();
    expect(await noted(first)).toBeNull();
    expect(rig.posts.files.has(rig.posts.shown()[0]?.fileId ?? '')).toBe(true);
  });

  it('is let alone where it is shown after all: whoever gave it up was killed', async () => {
    const id = await posted();
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    const swap = rig.posts.swapPicture.bind(rig.posts);
    rig.posts.swapPicture = async () => Promise.reject(new AppError('file-not-ready', 'not yet'));
    const job = rig.queued.shift()!;
    await expect(rig.run(job)).rejects.toMatchObject({ code: 'file-not-ready' });
    const visit = await rig.visit(id);
    const fileId = visit.upload?.fileId ?? '';
    await noteLeft(pictureFor(fileId, visit), rig.deps, never);
    rig.posts.swapPicture = swap;
    rig.queued.push(job);
    await rig.settle();
    expect(rig.posts.shown()[0]?.fileId).toBe(fileId);
    await task();
    expect([rig.posts.files.has(fileId), await noted(fileId)]).toEqual([true, null]);
  });

  it.each(['kept', 'as it was'])(
    'is let alone where it is shown again: whoever replaced it was killed, and then it is %s',
    async (then) => {
      const id = await posted();
      const first = rig.posts.shown()[0]?.fileId ?? '';
      rig.nowMs += 5_000;
      await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
      const job = rig.queued.shift()!;
      const swap = rig.posts.swapPicture.bind(rig.posts);
      let steps = Infinity;
      rig.posts.swapPicture = async (shown, signal) => {
        const outcome = await swap(shown, signal);
        // That it was given up is still written, and nothing more.
        steps = 2;
        return outcome;
      };
      rig.stepping(() => {
        if (steps === 0) throw new AppError('internal', 'killed');
        steps -= 1;
      });
      await expect(rig.run(job)).rejects.toThrow('killed');
      rig.stepping(() => undefined);
      rig.posts.swapPicture = swap;
      expect([(await noted(first))?.about.id, (await rig.visit(id)).post?.progress?.fileId]).toEqual([first, first]);
      if (then === 'kept') {
        rig.posts.swapping = 'kept';
        rig.posts.swapPicture = async (shown, signal) => {
          await rig.posts.edit({ ...shown, fileId: shown.oldFileId }, signal);
          return swap(shown, signal);
        };
      } else rig.faces.set('s2', [comparableFace()]);
      rig.nowMs += 60_000;
      rig.queued.push(job);
      await rig.settle();
      expect(rig.posts.shown()[0]?.fileId).toBe(first);
      await task();
      expect(rig.posts.files.has(first)).toBe(true);
    },
  );

  it.each(['was not ready', 'came, and its worker was killed'])(
    'is deleted where it was to replace another, %s, and is not needed',
    async (what) => {
      await posted();
      const first = rig.posts.shown()[0]?.fileId ?? '';
      rig.nowMs += 5_000;
      await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
      const swap = rig.posts.swapPicture.bind(rig.posts);
      rig.posts.swapPicture = async (shown, signal) => {
        if (what !== 'was not ready') await swap(shown, signal);
        throw new AppError('file-not-ready', 'not yet');
      };
      const job = rig.queued.shift()!;
      await expect(rig.run(job)).rejects.toMatchObject({ code: 'file-not-ready' });
      rig.posts.swapPicture = swap;
      expect(rig.posts.files.size).toBe(2);
      rig.faces.set('s2', [comparableFace()]);
      rig.queued.push(job);
      await rig.settle();
      expect([rig.posts.shown()[0]?.fileId, [...rig.posts.files.keys()]]).toEqual([first, [first]]);
    },
  );
});
