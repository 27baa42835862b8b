import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { AppError } from '@watchpost/shared/errors';
import { describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;

describe('a post that the bot cannot change', () => {
  const inOldChannel = async (picturesGo: boolean) => {
    const rig = startVisitRig();
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    const { revision } = await rig.visiting.visits.save({ ...(await rig.visit(id)), picturesGo, shownHash: null }, never);
    const refuse = async (): Promise<never> => Promise.reject(new AppError('channel-not-available', 'is_archived'));
    Object.assign(rig.posts, { edit: refuse, swapPicture: refuse, upload: refuse });
    return { rig, id, revision, said: rig.run({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' }) };
  };

  it('holds no other jobs where somebody took back their consent', async () => {
    const { rig, id, revision, said } = await inOldChannel(true);
    expect(await said).toBe('idle');
    const known = await createKnownPosts(rig.documents).get({ kind: 'visit', id }, never);
    expect(known?.refused).toMatchObject({ code: 'channel-not-available', times: 1 });
    const visit = await rig.visit(id);
    expect([visit.picturesGo, visit.shownRevision < revision]).toEqual([true, true]);
  });

  it('is said to be so where nobody is to go from it', async () => {
    const { said } = await inOldChannel(false);
    await expect(said).rejects.toMatchObject({ code: 'channel-not-available' });
  });
});
