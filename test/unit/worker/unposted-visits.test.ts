import { AppError } from '@watchpost/shared/errors';
import { expect, it } from 'vitest';
import { comparableFace } from '../../support/comparable-face.ts';
import { startFollowRig, type FollowRig } from '../../support/owe-follow-rig.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

/** A visit whose picture is uploaded, and whose post has failed for good. */
async function unposted(state: 'uploaded' | 'asked'): Promise<{ followRig: FollowRig; rig: FollowRig['rig']; id: string }> {
  const followRig = startFollowRig();
  const { rig } = followRig;
  const { id } = await rig.join('s1', [comparableFace()]);
  const [job] = rig.queued.splice(0, 1);
  if (!job) throw new Error('no job');
  const send = rig.posts.send.bind(rig.posts);
  rig.posts.send = (message, save, signal) => {
    const saveOrFail: typeof save = async (progress) => {
      if (state === 'asked' || progress.state !== 'asked') await save(progress);
      if (progress.state === 'asked') throw new AppError('chat-unavailable', 'away');
    };
    return send(message, saveOrFail, signal);
  };
  await expect(rig.run(job)).rejects.toMatchObject({ code: 'chat-unavailable' });
  rig.posts.send = send;
  expect([(await rig.visit(id)).post?.progress?.state, [...rig.posts.files.keys()]]).toEqual([state, ['F1']]);
  await followRig.once();
  rig.nowMs += 5 * dayMs;
  return { followRig, rig, id };
}

it.each(['uploaded', 'asked'] as const)(
  'a visit that could not be posted (%s) is not posted days later, because somebody is renamed',
  async (state) => {
    const { rig, followRig } = await unposted(state);
    followRig.changed('ada');
    await followRig.once();
    expect(rig.queued).toEqual([]);
    expect(rig.posts.messages).toEqual([]);
  },
);

it.each(['uploaded', 'asked'] as const)(
  'a visit that could not be posted (%s) only loses its picture, where somebody took back their consent',
  async (state) => {
    const { rig, followRig, id } = await unposted(state);
    const silent = followRig.tookBack();
    followRig.changed('ada');
    for (let day = 0; day < 3; day += 1) {
      await followRig.once({ tookBack: silent });
      await rig.settle();
      rig.nowMs += dayMs;
    }
    expect([rig.posts.messages, rig.posts.files.size]).toEqual([[], 0]);
    expect(await rig.documents.find({ kind: 'owed-edit', order: 'oldest', limit: 9 }, never)).toEqual([]);
    // Its own job still may post it.
    const { revision, picturesGo } = await rig.visit(id);
    expect(picturesGo).toBe(false);
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'post' });
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
  },
);

it('a visit that could not be posted says nothing of somebody about whom it only asked, and who is forgotten', async () => {
  const { rig, id } = await unposted('uploaded');
  const marked = await rig.visiting.visits.save({ ...(await rig.visit(id)), forgets: ['u7'] }, never);
  rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision: marked.revision, why: 'edit' });
  await rig.settle();
  expect([(await rig.visit(id)).forgets, rig.posts.messages, [...rig.posts.files.keys()]]).toEqual([[], [], ['F1']]);
});
