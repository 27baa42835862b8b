import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createNotes } from '@watchpost/worker/interaction/press/notes';
import { beforeEach, describe, expect, it } from 'vitest';
import { comparableFace } from '../../../support/comparable-face.ts';
import { startVisitRig, type VisitRig } from '../../../support/visit-rig.ts';

const never = new AbortController().signal;
const grace = { id: 'grace', status: 'named', name: 'Grace' } as const;
const right = { x: 180, y: 20, width: 80, height: 80 };
let rig: VisitRig;
beforeEach(() => {
  rig = startVisitRig();
});

const followed = (): Promise<void> => rig.visiting.tasks.find(({ name }) => name === 'follow')!.run(never);

/** All that is kept about visits and notices, as it is stored. */
async function kept(documents: DocumentStore): Promise<string> {
  const found = await Promise.all(
    ['visit', 'notice', 'deed', 'subscriptions'].map((kind) => documents.find({ kind, order: 'oldest', limit: 100 }, never)),
  );
  return JSON.stringify(found.flat().map(({ body }) => body));
}

/** A post of Ada, to whom Grace came later, with what a reader said; the follower has seen all of it. */
async function posted(): Promise<string> {
  await followed();
  const { id } = await rig.join('s1', [comparableFace()]);
  await rig.settle();
  rig.nowMs += 5_000;
  await rig.join('s2', [comparableFace(), comparableFace({ position: 1, box: right, person: grace })]);
  await rig.settle();
  const lastChange = { entry: 'e1', atMs: rig.nowMs, by: 'slack:U1', summary: '1 is {name}', person: 'ada' };
  const said = await rig.visiting.visits.save({ ...(await rig.visit(id)), lastChange }, never);
  rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision: said.revision, why: 'said' });
  await rig.settle();
  await notesOf(id);
  const wish = { who: { kind: 'person', personId: 'ada', name: 'Ada' }, camera: null, hours: null } as const;
  await rig.subscriptions.add({ platform: 'slack', member: 'U1' }, wish, never);
  return id;
}

/** What the job that named her keeps of it. */
async function notesOf(visit: string): Promise<void> {
  const notes = createNotes(rig.documents);
  const step = { do: 'this-is', snapshotId: 's1', position: 0, person: null, name: 'Ada' } as const;
  const more = { by: 'slack:U1', next: 1, entries: ['e1'], created: 'ada', said: null, summary: '1 is Ada', undone: false };
  await notes.begin('job', { v: 1, state: 'told', visit, number: 1, steps: [step], ...more }, never);
}

/** Ada is forgotten, on the command line. */
async function forgetAda(): Promise<void> {
  rig.forgotten.add('ada');
  for (const [snapshot, faces] of rig.faces) {
    const left = faces.filter(({ person }) => person?.id !== 'ada');
    rig.faces.set(snapshot, left);
  }
  rig.changes = { version: rig.changes.version + 1, personIds: ['ada'] };
  await followed();
  await rig.settle();
}

describe('somebody who is forgotten', () => {
  it.each(['works', 'kept'] as const)('is named in no post, no picture and no document: swapping %s', async (swapping) => {
    rig.posts.swapping = swapping;
    await posted();
    const before = new Set(rig.posts.files.keys());
    expect(JSON.stringify(rig.posts.messages)).toContain('Ada');
    await forgetAda();
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Ada');
    expect(rig.posts.shown()).toHaveLength(1);
    expect(rig.posts.messages.filter(({ fileId }) => fileId !== null && before.has(fileId))).toEqual([]);
    expect([...rig.posts.files.keys()].filter((id) => before.has(id))).toEqual([]);
    expect(await kept(rig.documents)).not.toContain('Ada');
    // Grace is still shown: in the post, or in its thread.
    expect(JSON.stringify(rig.posts.shown()[0])).toContain('Grace');
    expect(rig.posts.messages.filter(({ fileId }) => fileId !== null)).toHaveLength(1);
  });

  it('leaves a post without a picture, where nobody else was there', async () => {
    await followed();
    const { id } = await rig.join('s1', [comparableFace()]);
    await rig.settle();
    await forgetAda();
    expect(rig.posts.shown()[0]).toMatchObject({ fileId: null });
    expect(rig.posts.files.size).toBe(0);
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Ada');
    expect((await rig.visit(id)).picturesGo).toBe(false);
  });

  it('is gone from pictures too that were drawn before a reader said that it is somebody else', async () => {
    rig.posts.swapping = 'kept';
    const id = await posted();
    rig.faces.set('s1', []);
    rig.faces.set('s2', [comparableFace({ person: grace, saidBy: 'slack:U1' })]);
    const { revision } = await rig.visiting.visits.save(await rig.visit(id), never);
    rig.queued.push({ v: 1, kind: 'visit', visitId: id, revision, why: 'said' });
    await rig.settle();
    await forgetAda();
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Ada');
  });

  it('leaves the pictures of a post that only asked about them, and no word of them', async () => {
    rig.people.set('u7', { id: 'u7', status: 'unknown', name: 'Unknown 7', number: 7, faces: 1, lastSeen: null, mayBe: null });
    const unknown = { id: 'u7', status: 'unknown', name: 'Unknown 7' } as const;
    await followed();
    const unsure = comparableFace({ position: 1, box: right, person: unknown, decision: 'uncertain' });
    const { id } = await rig.join('s1', [comparableFace({ person: grace }), unsure]);
    await rig.settle();
    expect((await rig.visit(id)).asked).toEqual(['u7']);
    const files = [...rig.posts.files.keys()];
    rig.forgotten.add('u7');
    rig.faces.set('s1', [comparableFace({ person: grace }), { ...unsure, person: null }]);
    rig.changes = { version: rig.changes.version + 1, personIds: ['u7'] };
    await followed();
    await rig.settle();
    expect([...rig.posts.files.keys()]).toEqual(files);
    const visit = await rig.visit(id);
    expect([visit.asked, visit.forgets ?? []]).toEqual([[], []]);
    expect(JSON.stringify(rig.posts.messages)).not.toContain('Unknown 7');
  });

  it('is removed however often the process is killed meanwhile', async () => {
    for (let at = 1; ; at += 1) {
      rig = startVisitRig();
      rig.posts.swapping = 'kept';
      await posted();
      let steps = 0;
      rig.stepping(() => {
        if ((steps += 1) === at) throw new Error('killed');
      });
      const job = forgetAda();
      const wasKilled = await job.then(
        () => false,
        () => true,
      );
      rig.stepping(() => undefined);
      rig.nowMs += 120_000;
      rig.queued.push(...(await edits()));
      await followed();
      await rig.settle();
      expect(JSON.stringify(rig.posts.messages), `killed at step ${at}`).not.toContain('Ada');
      expect(await kept(rig.documents)).not.toContain('Ada');
      if (!wasKilled) break;
    }
  }, 60_000);
});

/** The job that the process was at comes again. */
async function edits(): Promise<VisitRig['queued']> {
  const visits = await rig.visiting.visits.recent({ limit: 10 }, never);
  return visits.map(({ id: visitId, revision }) => ({ v: 1, kind: 'visit', visitId, revision, why: 'edit' }));
}
