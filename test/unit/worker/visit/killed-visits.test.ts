import { describe, expect, it } from 'vitest';
import { until } from '../../../support/until.ts';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const linus = { id: 'linus', status: 'named', name: 'Linus' } as const;
const boxAt = (x: number) => ({ x, y: 20, width: 60, height: 60 });

/** The process dies at the `at`th step and does nothing any more. Returns how many steps were taken. */
function killAt(rig: VisitRig, at: number): { steps: () => number } {
  let steps = 0;
  rig.stepping(() => {
    steps += 1;
    if (steps >= at) throw new Error('killed');
  });
  return { steps: () => steps };
}

/** Two minutes later another process takes the jobs over: leases have run out. */
async function takeOver(rig: VisitRig): Promise<void> {
  rig.nowMs += 120_000;
  await rig.settle();
}

/** Runs what is queued until the process dies; its jobs come back. */
async function runUntilKilled(rig: VisitRig): Promise<boolean> {
  const jobs = [...rig.queued];
  try {
    await rig.settle();
    return false;
  } catch {
    rig.queued.splice(0, rig.queued.length, ...jobs, ...rig.queued);
    return true;
  }
}

interface Story {
  rig: VisitRig;
  id: string;
}

/** What is done before the kill, and what the process is killed at. */
const stories: [string, 'works' | 'kept', (rig: VisitRig) => Promise<Story>, number][] = [
  [
    'the first post',
    'works',
    async (rig) => {
      const { id } = await rig.join('s1', [comparableFace()]);
      return { rig, id };
    },
    0,
  ],
  ['an edit with a swapped picture', 'works', growing, 0],
  ['an edit whose picture goes into the thread', 'kept', growing, 1],
];

async function growing(rig: VisitRig): Promise<Story> {
  const { id } = await rig.join('s1', [comparableFace({ box: boxAt(20) })]);
  await rig.settle();
  rig.nowMs += 5_000;
  const faces = [comparableFace({ box: boxAt(20) }), comparableFace({ position: 1, box: boxAt(110), person: grace })];
  await rig.join('s2', [...faces, comparableFace({ position: 2, box: boxAt(200), person: linus })]);
  return { rig, id };
}

describe('a process that is killed', () => {
  it.each(stories)(
    'at any step of %s leaves one post that says everything',
    async (_what, swapping, prepare, replies) => {
      let last = 0;
      for (let at = 1; ; at += 1) {
        const rig = startVisitRig();
        rig.posts.swapping = swapping;
        const { id } = await prepare(rig);
        const { steps } = killAt(rig, at);
        const wasKilled = await runUntilKilled(rig);
        last = steps();
        rig.stepping(() => undefined);
        if (!wasKilled && last < at) break;
        // Somebody else comes before another process goes on.
        await rig.join('s9', [comparableFace({ box: boxAt(110), person: grace })]);
        await takeOver(rig);
        const visit = await rig.visit(id);
        expect(rig.posts.shown(), `killed at step ${at}`).toHaveLength(1);
        // Whoever came meanwhile may have a picture of their own in the thread, and no second one.
        expect([replies, replies + 1], `killed at step ${at}`).toContain(rig.posts.replies().length);
        expect(visit.post?.progress).toMatchObject({ state: 'posted', messageId: rig.posts.shown()[0]!.messageId });
        expect(visit.post?.progress?.fileId).toBe(rig.posts.shown()[0]!.fileId);
        expect(visit.replies.every(({ progress }) => progress?.state === 'posted')).toBe(true);
        const text = JSON.stringify(rig.posts.shown()[0]!.post);
        for (const name of visit.persons) expect(text.toLowerCase(), `killed at step ${at}`).toContain(name);
        expect(visit.shownHash).not.toBeNull();
        // Whatever comes next finds nothing to do.
        const before = [rig.posts.edits, rig.posts.swaps];
        rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision: visit.revision + 1, why: 'edit' });
        await rig.settle();
        expect([rig.posts.edits, rig.posts.swaps]).toEqual(before);
      }
      expect(last).toBeGreaterThan(8);
    },
    60_000,
  );

  it('beside another one at work never posts twice, even when its lease has run out', async () => {
    const rig = startVisitRig();
    await rig.join('s1', [comparableFace()]);
    const job = rig.queued[0]!;
    let goOn = (): void => undefined;
    rig.hold = new Promise((resolve) => (goOn = resolve));
    const slow = rig.run(job);
    await until('it stands still in the middle of its work', () => rig.downloads.length === 1);
    rig.hold = null;
    rig.nowMs += 120_000;
    await rig.run(job);
    goOn();
    await expect(slow).rejects.toMatchObject({ code: 'visit-busy' });
    rig.queued.push(job);
    await rig.settle();
    expect(rig.posts.shown()).toHaveLength(1);
  });
});
