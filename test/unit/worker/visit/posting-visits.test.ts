import type { Post } from '@watchpost/shared/chat/post';
import { defaultCameraSettings } from '@watchpost/cameras/camera-settings';
import { beforeEach, describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startMs, startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});

const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const stranger = { id: 'u7', status: 'unknown', name: 'Unknown 7' } as const;
const right = { x: 180, y: 20, width: 80, height: 80 };

const wordsOf = ({ sections, footer }: Post): string =>
  [...sections.map(({ text }) => text), footer].map((runs) => runs.map(({ text }) => text).join('')).join('\n');
const shown = (): string => wordsOf(rig.posts.shown()[0]!.post);
const labels = (): string[] =>
  rig.posts.shown()[0]!.post.sections.flatMap(({ buttons, menu }) => [...buttons, ...menu].map(({ label }) => label));

describe('a visit', () => {
  it('is one post, which is edited as more snapshots come', async () => {
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(shown()).toContain('Ada');
    expect(rig.posts.shown()[0]!).toMatchObject({ channel: 'slack:CRESULTS', key: id, fileId: expect.any(String) });
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(shown()).toContain('Grace');
    expect(shown()).toContain('2 snapshots');
    expect(await rig.visit(id)).toMatchObject({ verdict: 'post', persons: ['ada', 'grace'], shownHash: expect.any(String) });
  });

  it('whose snapshots come in one burst is posted once, and edited once', async () => {
    for (const second of [0, 1, 2, 3, 4]) await rig.join(`s${second}`, [comparableFace()], { takenAtMs: startMs + second * 1_000 });
    const first = rig.queued.splice(0);
    rig.queued.push(...first);
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(rig.posts.edits).toBe(0);
    expect(shown()).toContain('5 snapshots');
  });

  it('that grows while it is posted gets its edit', async () => {
    await rig.join('s1', [comparableFace()]);
    let isJoined = false;
    rig.posts.step = () => {
      if (isJoined) return;
      isJoined = true;
      void rig.join('s2', [comparableFace({ person: grace })], { takenAtMs: startMs + 1_000 });
    };
    await rig.settle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(shown()).toContain('Grace');
  });

  it('keeps the number of each face when more people come', async () => {
    await rig.join('s1', [comparableFace({ person: stranger, decision: 'unknown' })]);
    await rig.settle();
    expect(shown()).toMatch(/1: Unknown 7/);
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: stranger, decision: 'unknown' })]);
    await rig.settle();
    expect(shown()).toMatch(/1: Unknown 7/);
    expect(shown()).toMatch(/2: Ada/);
  });

  it('that was deleted by hand is never posted again', async () => {
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    rig.posts.messages[0]!.isDeleted = true;
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace({ person: grace })]);
    await rig.settle();
    await rig.join('s3', [comparableFace({ person: stranger })]);
    await rig.settle();
    expect(rig.posts.messages).toHaveLength(1);
    expect((await rig.visit(id)).post?.progress?.state).toBe('gone');
  });

  it('is not asked about again by a job whose change is shown already', async () => {
    await rig.join('s1', [comparableFace()]);
    const [job] = rig.queued;
    await rig.settle();
    const edits = rig.posts.edits;
    expect(await rig.run(job!)).toBe('idle');
    expect([rig.posts.edits, rig.posts.shown().length]).toEqual([edits, 1]);
  });

  it('is worked on by one job at a time', async () => {
    await rig.join('s1', [comparableFace()]);
    const job = rig.queued[0]!;
    const both = await Promise.allSettled([rig.run(job), rig.run(job)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'visit-busy', retryAfterMs: 1_000 } });
    expect(rig.posts.shown()).toHaveLength(1);
  });

  it('that no longer exists fails for good', async () => {
    await expect(rig.run({ v: 1, kind: 'visit', visitId: 'none', revision: 1, why: 'edit' })).rejects.toMatchObject({
      code: 'visit-missing',
      retry: 'permanent',
    });
  });
});

describe('somebody who is ignored', () => {
  const postman = { id: 'postman', status: 'ignored', name: 'Postman' } as const;

  it('is not in the post of somebody else, and has no box', async () => {
    await rig.join('s1', [comparableFace({ person: postman }), comparableFace({ position: 1, box: right })]);
    await rig.settle();
    expect(shown()).toContain('1: Ada');
    expect(JSON.stringify(rig.posts.shown()[0]!.post)).not.toMatch(/ignored|Postman/);
  });

  it('keeps the line in a post that has reported them before, so that it can be taken back', async () => {
    const { id } = await rig.join('s1', [
      comparableFace({ person: stranger, decision: 'unknown' }),
      comparableFace({ position: 1, box: right }),
    ]);
    await rig.settle();
    rig.faces.set('s1', [comparableFace({ person: { ...stranger, status: 'ignored' } }), comparableFace({ position: 1, box: right })]);
    const { revision } = await rig.visiting.visits.save(await rig.visit(id), new AbortController().signal);
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'said' });
    await rig.settle();
    expect(shown()).toMatch(/1: ignored\n2: Ada/);
    expect(labels()).toContain('Report again');
  });
});

describe('the verdict', () => {
  it.each(['digest', 'never'] as const)('%s posts nothing, and is counted once', async (policy) => {
    rig.settings = { ...defaultCameraSettings, policy: { named: policy, unknown: policy, ignored: 'never' } };
    const { id } = await rig.join('s1', [comparableFace()]);
    rig.nowMs += 1_000;
    await rig.join('s2', [comparableFace()]);
    await rig.settle();
    expect(rig.posts.messages).toEqual([]);
    expect(rig.downloads).toEqual([]);
    expect(rig.decided).toEqual([policy]);
    expect(await rig.visit(id)).toMatchObject({ verdict: policy, post: null });
  });

  it('cooldown keeps quiet about persons who were reported a moment ago', async () => {
    await rig.join('s1', [comparableFace()]);
    await rig.settle();
    rig.nowMs += defaultCameraSettings.visitWindowMs + 1_000;
    await rig.join('s2', [comparableFace()]);
    await rig.settle();
    expect(rig.decided).toEqual(['post', 'cooldown']);
    expect(rig.posts.shown()).toHaveLength(1);
  });
});

describe('the picture', () => {
  it('never bears a doubtful name, which the text asks about', async () => {
    await rig.join('s1', [comparableFace({ decision: 'uncertain' })]);
    await rig.settle();
    expect(shown()).toMatch(/Could 1 be Ada\?/);
    expect(labels()).toEqual(expect.arrayContaining(['Yes', 'No']));
    expect(rig.posts.shown()[0]!.post.picture?.title).not.toContain('Ada');
  });

  it('is made of another snapshot if the best one was deleted', async () => {
    await rig.join('s1', [comparableFace()]);
    await rig.join('s2', [comparableFace({ quality: 0.99, sizePx: 120, box: { x: 20, y: 20, width: 120, height: 120 } })], {
      takenAtMs: startMs + 1_000,
    });
    rig.deleted.add('s2');
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
    expect(rig.downloads).toEqual(['s2', 's1']);
  });

  it('of a visit whose snapshots were all deleted fails its job, and nothing is posted', async () => {
    await rig.join('s1', [comparableFace()]);
    rig.deleted.add('s1');
    await expect(rig.settle()).rejects.toMatchObject({ code: 'file-gone' });
    expect(rig.posts.messages).toEqual([]);
  });

  it('is swapped when somebody else comes, and stays where nothing on it changes', async () => {
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    const first = rig.posts.shown()[0]!.fileId;
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace()]);
    await rig.settle();
    expect([rig.posts.swaps, rig.posts.shown()[0]!.fileId]).toEqual([0, first]);
    rig.nowMs += 5_000;
    await rig.join('s3', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    await rig.settle();
    expect(rig.posts.swaps).toBe(1);
    const visit = await rig.visit(id);
    expect(visit.picture).toMatchObject({ snapshotId: 's3', numbers: [1, 2] });
    expect(visit.post?.progress?.fileId).toBe(rig.posts.shown()[0]!.fileId);
    expect(rig.posts.replies()).toEqual([]);
  });

  it('of somebody who comes farther away is shown in the thread too', async () => {
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace({ sizePx: 40, box: { ...right, width: 40, height: 40 }, person: grace })]);
    await rig.settle();
    expect([rig.posts.swaps, rig.posts.replies().length]).toEqual([0, 1]);
    expect((await rig.visit(id)).picture).toMatchObject({ snapshotId: 's1', numbers: [1, 2] });
  });

  it('stays where another one lacks somebody on it: whoever is new there is shown in the thread, once', async () => {
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    const first = rig.posts.shown()[0]!.fileId;
    rig.nowMs += 5_000;
    await rig.join('s2', [comparableFace({ sizePx: 160, box: { ...right, width: 160, height: 160 }, person: grace })]);
    await rig.settle();
    expect([rig.posts.swaps, rig.posts.shown()[0]!.fileId]).toEqual([0, first]);
    expect(rig.posts.replies()).toMatchObject([{ post: { sections: [{ text: [{ text: expect.stringContaining('Another picture') }] }] } }]);
    expect((await rig.visit(id)).picture).toMatchObject({ snapshotId: 's1', numbers: [1, 2] });
    rig.nowMs += 61_000;
    await rig.join('s3', [comparableFace({ sizePx: 200, box: { ...right, width: 200, height: 200 }, person: grace })]);
    await rig.settle();
    expect([rig.posts.swaps, rig.posts.replies().length]).toEqual([0, 1]);
    rig.nowMs += 5_000;
    await rig.join('s4', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
    await rig.settle();
    expect(rig.posts.swaps).toBe(1);
    expect((await rig.visit(id)).picture).toMatchObject({ snapshotId: 's4' });
  });

  it('goes into the thread where posts keep their pictures, once a minute at most', async () => {
    rig.posts.swapping = 'kept';
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    const add = async (name: string, person: { id: string; status: 'named'; name: string }): Promise<void> => {
      rig.nowMs += 5_000;
      const present = [...rig.faces.values()].at(-1) ?? [];
      await rig.join(name, [...present, comparableFace({ position: present.length, box: right, person })]);
    };
    await add('s2', grace);
    await rig.settle();
    expect(rig.posts.replies()).toHaveLength(1);
    expect(rig.posts.replies()[0]).toMatchObject({
      thread: rig.posts.shown()[0]!.messageId,
      fileId: expect.any(String),
      post: { sections: [{ text: [{ text: expect.stringContaining('The picture again') }] }] },
    });
    await add('s3', { id: 'linus', status: 'named', name: 'Linus' });
    const before = rig.nowMs;
    await rig.settle();
    expect(rig.posts.replies()).toHaveLength(2);
    expect(rig.nowMs - before).toBeGreaterThan(50_000);
    expect(await rig.visit(id)).toMatchObject({
      replies: [{ key: `${id}-1` }, { key: `${id}-2` }],
      picture: { snapshotId: 's1', numbers: [1, 2, 3] },
    });
  });

  it('is redrawn with the name that a reader gave', async () => {
    const { id } = await rig.join('s1', [comparableFace({ person: stranger, decision: 'unknown' })]);
    await rig.settle();
    rig.nowMs += 5_000;
    rig.faces.set('s1', [comparableFace({ saidBy: 'slack:U1' })]);
    const lastChange = { entry: 'e1', atMs: rig.nowMs, by: 'slack:U1', summary: '1 is {name}', person: 'ada' };
    const said = await rig.visiting.visits.save({ ...(await rig.visit(id)), lastChange }, new AbortController().signal);
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision: said.revision, why: 'edit' });
    await rig.settle();
    expect(shown()).toContain('1: Ada');
    expect(labels()).toContain('Undo');
    expect(rig.posts.swaps).toBe(1);
    rig.nowMs += 610_000;
    await rig.run({ v: 1, kind: 'visit', visitId: id, revision: said.revision, why: 'tidy' });
    expect(labels()).not.toContain('Undo');
    expect(shown()).toContain('1: Ada');
  });
});
