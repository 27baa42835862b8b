import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { visitsPlace } from '@watchpost/privacy/receipts/visits-place';
import { AppError } from '@watchpost/shared/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { comparableFace } from '../../support/comparable-face.ts';
import { type FollowRig, startFollowRig } from '../../support/owe-follow-rig.ts';

const never = new AbortController().signal;
const right = { x: 180, y: 20, width: 80, height: 80 };
let followRig: FollowRig;
beforeEach(() => {
  followRig = startFollowRig();
});

/** Ada is on a post and on a picture in its thread; then somebody deletes the post. Its thread stays, as on Slack. */
async function deletedPost(): Promise<string> {
  const { rig } = followRig;
  rig.posts.swapping = 'kept';
  const [id = ''] = await followRig.posted(1);
  rig.nowMs -= 3_600_000 - 5_000;
  const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
  await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
  await rig.settle();
  expect(rig.posts.replies().map(({ fileId }) => fileId !== null)).toEqual([true]);
  rig.posts.shown()[0]!.isDeleted = true;
  await followRig.once();
  rig.nowMs += 3_600_000;
  return id;
}

const called = (name: string): void => {
  const { faces } = followRig.rig;
  for (const [key, all] of faces)
    faces.set(
      key,
      all.map((face) => (face.person?.id === 'ada' ? comparableFace({ person: { id: 'ada', status: 'named', name } }) : face)),
    );
};
function withdrawn(): ReturnType<FollowRig['tookBack']> {
  called('a known person');
  followRig.changed('ada');
  return followRig.tookBack();
}

describe('where somebody deleted a post, its pictures', () => {
  it.each(['known', 'not known yet'])('go when one of those on it takes back their consent, whether that is %s', async (known) => {
    const { rig } = followRig;
    const id = await deletedPost();
    if (known === 'known') {
      called('Ada Lovelace');
      followRig.changed('ada');
      await followRig.once();
      await rig.settle();
    }
    expect([(await rig.visit(id)).post?.progress?.state, rig.posts.files.size]).toEqual([known === 'known' ? 'gone' : 'posted', 2]);
    const tookBack = withdrawn();
    await followRig.once({ tookBack });
    await rig.settle();
    expect([rig.posts.files.size, rig.posts.replies().map(({ fileId }) => fileId)]).toEqual([0, [null]]);
    rig.nowMs += 600_000;
    await followRig.once({ tookBack });
    expect([followRig.edited(), await rig.documents.find({ kind: 'owed-edit', order: 'oldest', limit: 9 }, never)]).toEqual([[], []]);
  });

  it('are noted as refused where the bot may not change the thread', async () => {
    const { rig } = followRig;
    const id = await deletedPost();
    const edit = rig.posts.edit.bind(rig.posts);
    rig.posts.edit = async (shown, signal) =>
      shown.messageId === rig.posts.messages[0]?.messageId
        ? edit(shown, signal)
        : Promise.reject(new AppError('chat-refused', 'cant_update'));
    const tookBack = withdrawn();
    await followRig.once({ tookBack });
    await rig.settle();
    const post = await createKnownPosts(rig.documents).get({ kind: 'visit', id }, never);
    expect(post?.refused?.code).toBe('chat-refused');
    rig.posts.edit = edit;
    for (let times = 0; times < 3; times += 1) {
      rig.nowMs += 600_000;
      await followRig.once({ tookBack });
      await rig.settle();
    }
    expect([rig.posts.files.size, rig.posts.replies().map(({ fileId }) => fileId)]).toEqual([0, [null]]);
  });
});

it.each(['came', 'did not come'])('a picture of which nobody knows whether it came into the thread goes, where it %s', async (what) => {
  const { rig } = followRig;
  rig.posts.swapping = 'kept';
  await followRig.posted(1);
  rig.nowMs -= 3_600_000 - 5_000;
  await rig.join('s2', [
    comparableFace(),
    comparableFace({ position: 1, box: right, person: { id: 'grace', status: 'named', name: 'Grace' } }),
  ]);
  let isDead = false;
  const send = rig.posts.send.bind(rig.posts);
  rig.posts.send = (message, save, signal) => {
    const saveOrDie: typeof save = async (progress) => {
      if (!isDead && progress.state !== 'posted') await save(progress);
      isDead ||= message.thread !== null && progress.state === (what === 'came' ? 'posted' : 'asked');
      if (isDead) throw new Error('killed');
    };
    return send(message, saveOrDie, signal);
  };
  await followRig.once();
  const job = rig.queued.shift()!;
  await expect(rig.run(job)).rejects.toThrow('killed');
  rig.posts.send = send;
  expect(rig.posts.replies()).toHaveLength(what === 'came' ? 1 : 0);
  rig.nowMs += 3_600_000;
  const tookBack = withdrawn();
  await followRig.once({ tookBack });
  await rig.settle();
  const files = [...rig.posts.shown(), ...rig.posts.replies()].flatMap(({ fileId }) => fileId ?? []);
  expect(files.filter((fileId) => !rig.posts.files.has(fileId))).toEqual([]);
  expect([rig.posts.files.size, JSON.stringify(rig.posts.messages)]).toEqual([files.length, expect.not.stringContaining('Ada')]);
});

it('a picture that was to follow holds up no receipt where somebody deleted the post', async () => {
  const { rig } = followRig;
  const id = await deletedPost();
  const { visits } = rig.visiting;
  const visit = await rig.visit(id);
  const fileId = await rig.posts.upload({ fileName: 'a.jpg', title: 'a', altText: 'a', bytes: async () => new Uint8Array(1) }, never);
  const progress = { ...visit.post!.progress!, state: 'gone' as const };
  await visits.save(
    { ...visit, asked: ['u7'], post: { ...visit.post!, progress }, upload: { fileId, drawn: 'x', atMs: rig.nowMs } },
    never,
  );
  for (const [person, left] of [
    ['u7', true],
    ['ada', false],
  ] as const) {
    rig.forgotten.add(person);
    const sayAgain = async ({ revision }: { revision: number }): Promise<void> =>
      void rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'edit' });
    const place = visitsPlace({ knownPosts: createKnownPosts(rig.documents), documents: rig.documents, visits, sayAgain });
    const subject = { personIds: [person], faceIds: [], names: [person], dueForMs: 0 };
    for (const [key, faces] of rig.faces)
      rig.faces.set(
        key,
        faces.filter((face) => face.person?.id !== person),
      );
    await place.erase?.(subject, never);
    await rig.settle();
    expect([person, await place.count(subject, never), rig.posts.files.has(fileId)]).toEqual([person, { visits: 0 }, left]);
  }
});
