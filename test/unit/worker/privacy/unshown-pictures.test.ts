import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { AppError } from '@watchpost/shared/errors';
import { deleteLeftPictures } from '@watchpost/worker/privacy/left-pictures';
import { noteUnshownPictures } from '@watchpost/worker/privacy/unshown-pictures';
import { beforeEach, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});
const note = () => noteUnshownPictures({ documents: rig.documents, visits: rig.visiting.visits, visitsMs: 30 * dayMs }, never);
const remove = () => deleteLeftPictures({ ...rig.deps, ...rig.visiting, platforms: [rig.deps.platformFor('slack:CREAD')] }, never);

it('a picture that was uploaded and never posted goes before nobody knows of it any more, and no sooner', async () => {
  const { id } = await rig.join('s1', [comparableFace()]);
  const [job] = rig.queued.splice(0, 1);
  const send = rig.posts.send.bind(rig.posts);
  rig.posts.send = (message, save, signal) => {
    const saveOrFail: typeof save = async (progress) => {
      if (progress.state === 'asked') throw new AppError('chat-unavailable', 'away');
      await save(progress);
    };
    return send(message, saveOrFail, signal);
  };
  await expect(rig.run(job!)).rejects.toMatchObject({ code: 'chat-unavailable' });
  const files = async (): Promise<number> => {
    await note();
    await remove();
    return rig.posts.files.size;
  };
  rig.nowMs += 28 * dayMs;
  expect(await files()).toBe(1);
  rig.nowMs += 1.5 * dayMs;
  expect(await files()).toBe(0);
  rig.posts.send = send;
  // Its job comes after all.
  expect((await rig.visit(id)).post?.progress).toBeNull();
  rig.queued.push(job!);
  await rig.settle();
  expect(rig.posts.shown().map(({ fileId }) => rig.posts.files.has(fileId ?? ''))).toEqual([true]);
  expect(await files()).toBe(1);
});

it('a picture that was to take the place of another is known with its post: it may be shown', async () => {
  const { id } = await rig.join('s1', [comparableFace()]);
  await rig.settle();
  const visit = await rig.visit(id);
  const upload = { fileId: 'F9', drawn: 'x', atMs: rig.nowMs };
  await rig.visiting.visits.save({ ...visit, upload }, never);
  rig.nowMs += 29.5 * dayMs;
  await note();
  await remove();
  const known = await createKnownPosts(rig.documents).get({ kind: 'visit', id }, never);
  expect(known?.pictures.map(({ fileId }) => fileId)).toEqual(['F1', 'F9']);
  expect([known?.messageId, known?.persons, (await rig.visit(id)).upload]).toEqual([visit.post?.progress?.messageId, ['ada'], null]);
  expect(rig.posts.files.has('F1')).toBe(true);
});

it('what followed a post that somebody deleted goes', async () => {
  const { id } = await rig.join('s1', [comparableFace()]);
  await rig.settle();
  const visit = await rig.visit(id);
  const fileId = await rig.posts.upload({ fileName: 'a.jpg', title: 'a', altText: 'a', bytes: async () => new Uint8Array(1) }, never);
  const progress = { ...visit.post!.progress!, state: 'gone' as const };
  const upload = { fileId, drawn: 'x', atMs: rig.nowMs };
  await rig.visiting.visits.save({ ...visit, post: { ...visit.post!, progress }, upload }, never);
  rig.nowMs += 29.5 * dayMs;
  await note();
  await remove();
  expect(rig.posts.files.has(fileId)).toBe(false);
});
