import { AppError } from '@watchpost/shared/errors';
import { expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig } from '../../../support/visit-rig.ts';

const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const right = { x: 180, y: 20, width: 80, height: 80 };

it('a picture that the platform never gets ready is uploaded once, and the post goes on without it', async () => {
  const rig = startVisitRig();
  await rig.join('s1', [comparableFace()]);
  await rig.settle();
  const shown = rig.posts.shown()[0]!.fileId;
  rig.posts.swapPicture = async () => {
    throw new AppError('file-not-ready', 'not processed yet', { retryAfterMs: 2_000 });
  };
  let uploads = 0;
  const upload = rig.posts.upload.bind(rig.posts);
  rig.posts.upload = (picture, signal) => {
    uploads += 1;
    return upload(picture, signal);
  };
  rig.nowMs += 5_000;
  const { id } = await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
  await rig.settle();
  expect(uploads).toBe(1);
  expect([...rig.posts.files.keys()]).toEqual([shown]);
  expect(JSON.stringify(rig.posts.shown()[0]!.post)).toContain('Grace');
  expect((await rig.visit(id)).upload).toBeNull();
});

it('a picture that is gone before it was shown is drawn and uploaded again', async () => {
  const rig = startVisitRig();
  await rig.join('s1', [comparableFace()]);
  await rig.settle();
  const swap = rig.posts.swapPicture.bind(rig.posts);
  const offered: string[] = [];
  rig.posts.swapPicture = async (shown, signal) => {
    offered.push(shown.fileId);
    if (offered.length === 1) throw new AppError('file-gone', 'it waited in a process that is gone');
    return swap(shown, signal);
  };
  rig.nowMs += 5_000;
  const { id } = await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
  await rig.settle();
  expect(new Set(offered).size).toBe(2);
  expect(rig.posts.shown()[0]).toMatchObject({ fileId: offered[1] });
  expect((await rig.visit(id)).upload).toBeNull();
});
