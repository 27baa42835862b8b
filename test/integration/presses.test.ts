import { setMaxListeners } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import type { Deed } from '@watchpost/shared/jobs/interaction-job';
import type { PostAction } from '@watchpost/shared/chat/post';
import type { Visit } from '@watchpost/visits/visit';
import type { InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { buttonOf, depsOf, doInteraction, interaction, nothingSeen, shown, takeSnapshot, type Seen } from '../support/deeds-rig.ts';
import { alikeVector, strangerVector, oneOfEachBackend } from '../support/gallery-backends.ts';
import { describeGallery, reader } from '../support/gallery-rig.ts';

type Who = Extract<Deed, { do: 'press' }>['who'];

const never = new AbortController().signal;
setMaxListeners(0, never);
const man = strangerVector(1);
const manAgain = alikeVector(man, 0.9, 11);
const woman = strangerVector(2);

describeGallery(
  'presses below a post',
  (rig) => {
    let seen: Seen;
    let deps: InteractionDeps;
    beforeEach(() => {
      seen = nothingSeen();
      deps = depsOf(rig.opened, seen);
    });

    /** Presses a button of the post as it reads now. */
    const press = async (
      visit: Visit,
      action: PostAction,
      { number = 1, who = null, member = 'UBOB' }: { number?: number | null; who?: Who; member?: string } = {},
    ) => {
      const target = buttonOf((await shown(rig.opened, visit.id)).post, action, number);
      const job = interaction({ do: 'press', target, who }, { member });
      await doInteraction(deps, job);
      return job;
    };
    const textNow = async (visit: Visit): Promise<string> => (await shown(rig.opened, visit.id)).text;
    const history = async () =>
      (await rig.opened.operations.history(50, never)).map(({ action, actor, summary }) => `${actor.id} ${action}: ${summary}`);

    it('This is… with a new name names the unknown, everywhere; the audit says who, the post is edited at once and tidied later', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'is', { who: { name: 'Ada' } });
      expect(seen.told).toEqual(['UBOB: Done: 1 is Ada. You can undo it below the post for ten minutes.']);
      expect(await textNow(visit)).toContain('1: Ada');
      expect((await history())[0]).toMatch(/^slack:UBOB assign: /);
      const { visit: saved } = await shown(rig.opened, visit.id);
      expect(saved.lastChange).toMatchObject({ by: 'slack:UBOB', summary: '1 is {name}' });
      expect(await textNow(visit)).toContain('UBOB: 1 is Ada');
      expect(seen.jobs).toEqual(['said', 'tidy'].map((why) => ({ v: 1, kind: 'visit', visitId: visit.id, revision: saved.revision, why })));
      const later = await takeSnapshot(rig.opened, [manAgain], { camera: 'Garden' });
      expect(await textNow(later)).toContain('1: Ada');
    });

    it('what was said last says the name of now, and none once that person is forgotten', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'is', { who: { name: 'Ada' } });
      await rig.apply({ kind: 'name', person: 'Ada', to: 'Zoe' });
      expect(await textNow(visit)).toContain('UBOB: 1 is Zoe');
      await press(visit, 'not');
      expect(await textNow(visit)).toContain('UBOB: 1 is not Zoe');
      await rig.apply({ kind: 'forget', person: 'Zoe' });
      const { text, visit: saved } = await shown(rig.opened, visit.id);
      expect(text).toContain('UBOB: 1 is not somebody who was forgotten');
      expect(text + JSON.stringify(saved)).not.toMatch(/Ada|Zoe/);
    });

    it('This is… somebody who is known merges the unknown into them; a typed name that one person has means that person', async () => {
      const known = await takeSnapshot(rig.opened, [woman], { camera: 'Garden' });
      await press(known, 'is', { who: { name: 'Grace' } });
      const one = await takeSnapshot(rig.opened, [man]);
      await press(one, 'is', { who: { name: ' grace ' } });
      expect(await textNow(one)).toContain('1: Grace');
      expect(await rig.names()).toEqual(['Grace']);
    });

    it('a member of the workspace gives their name', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'is', { who: { member: 'UEVE' } });
      expect(await textNow(visit)).toContain('1: Eve');
      const other = await takeSnapshot(rig.opened, [woman], { camera: 'Garden' });
      await press(other, 'is', { who: { member: 'UNOBODY' } });
      expect(seen.told.at(-1)).toContain('The name of that member cannot be found out.');
    });

    it('a wrong name is corrected in each snapshot of the visit, also to a new name', async () => {
      const first = await takeSnapshot(rig.opened, [man], { camera: 'Garden' });
      await press(first, 'is', { who: { name: 'Ada' } });
      const now = Date.now();
      await takeSnapshot(rig.opened, [manAgain], { takenAtMs: now });
      const visit = await takeSnapshot(rig.opened, [alikeVector(man, 0.9, 12)], { takenAtMs: now + 1_000 });
      expect(await textNow(visit)).toContain('1: Ada');
      await press(visit, 'is', { who: { name: 'Bea' } });
      expect(await textNow(visit)).toContain('1: Bea');
      expect(await textNow(first)).toContain('1: Ada');
      for (const { snapshotId } of visit.snapshots)
        expect((await rig.opened.gallery.explain(snapshotId, never))[0]?.person?.name).toBe('Bea');
    });

    it('Not Ada sticks as a negative, and the post says so; undo brings Ada back', async () => {
      const first = await takeSnapshot(rig.opened, [man], { camera: 'Garden' });
      await press(first, 'is', { who: { name: 'Ada' } });
      const visit = await takeSnapshot(rig.opened, [manAgain]);
      await press(visit, 'not');
      expect(seen.told.at(-1)).toContain('Done: 1 is not Ada.');
      expect(await textNow(visit)).toContain('not Ada');
      expect((await rig.contents()).faces.filter(({ role }) => role === 'negative')).toHaveLength(1);
      await press(visit, 'undo', { number: null, member: 'UALICE' });
      expect(seen.told.at(-1)).toBe('UALICE: Undone: 1 is not Ada.');
      const { visit: after, text } = await shown(rig.opened, visit.id);
      expect(text).toContain('1: Ada');
      expect(after.said).toEqual([]);
      expect(after.lastChange).toBeNull();
      expect((await history())[0]).toMatch(/^slack:UALICE undo: /);
    });

    it('one undo takes back everything that one press did', async () => {
      const first = await takeSnapshot(rig.opened, [man], { camera: 'Garden' });
      await press(first, 'is', { who: { name: 'Ada' } });
      const now = Date.now();
      await takeSnapshot(rig.opened, [manAgain], { takenAtMs: now });
      const visit = await takeSnapshot(rig.opened, [alikeVector(man, 0.9, 12)], { takenAtMs: now + 1_000 });
      await press(visit, 'is', { who: { name: 'Bea' } });
      await press(visit, 'undo', { number: null });
      for (const { snapshotId } of visit.snapshots)
        expect((await rig.opened.gallery.explain(snapshotId, never))[0]?.person?.name).toBe('Ada');
      expect(await rig.names()).toEqual(['Ada']);
    });

    it('Yes and No answer "Could 1 be Ada?" of a face that is not certain: the answer teaches', async () => {
      const first = await takeSnapshot(rig.opened, [man], { camera: 'Garden' });
      await press(first, 'is', { who: { name: 'Ada' } });
      const visit = await takeSnapshot(rig.opened, [alikeVector(man, 0.64, 13)], { sizePx: 35 });
      expect((await shown(rig.opened, visit.id)).view.visitors[0]?.standing).toBe('uncertain');
      expect(await textNow(visit)).toContain('Could 1 be Ada?');
      await press(visit, 'no');
      expect(seen.told.at(-1)).toContain('Done: 1 is not Ada.');
      expect(await textNow(visit)).not.toContain('Could 1 be Ada?');
      expect((await rig.contents()).faces.filter(({ role }) => role === 'negative')).toHaveLength(1);
      await press(visit, 'undo', { number: null });
      await press(visit, 'yes', { member: 'UALICE' });
      expect(await textNow(visit)).toContain('1: Ada');
      expect((await history())[0]).toMatch(/^slack:UALICE assign: /);
    });

    it('Yes and No about an unknown who may be Ada merge the two, or say that they are not the same', async () => {
      const first = await takeSnapshot(rig.opened, [man], { camera: 'Garden' });
      await press(first, 'is', { who: { name: 'Ada' } });
      const visit = await takeSnapshot(rig.opened, [alikeVector(man, 0.62, 13)]);
      expect(await textNow(visit)).toContain('Could 1 be Ada?');
      await press(visit, 'no');
      expect(seen.told.at(-1)).toContain('Done: 1 is not Ada.');
      expect((await rig.contents()).pairs.filter(({ deleted }) => !deleted)).toHaveLength(1);
      await press(visit, 'undo', { number: null });
      await press(visit, 'yes');
      expect(await rig.names()).toEqual(['Ada']);
      expect(await textNow(visit)).toContain('1: Ada');
    });

    it('Ignore and Report again', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'ignore');
      expect((await rig.opened.gallery.people(never))[0]?.status).toBe('ignored');
      await press(visit, 'unignore');
      expect((await rig.opened.gallery.people(never))[0]?.status).toBe('unknown');
      expect(seen.told.map((line) => line.split('.')[0])).toEqual([
        'UBOB: Done: 1 is ignored from now on',
        'UBOB: Done: 1 is reported again',
      ]);
    });

    it('Not a face removes the number from the post, and the unknown who was made of it', async () => {
      const visit = await takeSnapshot(rig.opened, [man, woman]);
      await press(visit, 'not-a-face', { number: 1 });
      const { view } = await shown(rig.opened, visit.id);
      expect(view.visitors.map(({ number }) => number)).toEqual([2]);
      expect(await rig.names()).toHaveLength(1);
    });

    it('Seen before? answers with the other visits, also of an unknown', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'seen-before');
      expect(seen.told.at(-1)).toContain('was not seen in any other visit');
      await takeSnapshot(rig.opened, [manAgain], { camera: 'Garden' });
      await press(visit, 'seen-before');
      expect(seen.told.at(-1)).toMatch(/^UBOB: 1 \(Unknown 1\) was also seen here:\n• Garden, .* · post$/);
      expect(seen.jobs).toEqual([]);
    });

    it('whoever may not name people changes nothing, and may still ask', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      seen.outsiders.add('UEVE');
      await press(visit, 'is', { who: { name: 'Ada' }, member: 'UEVE' });
      await press(visit, 'seen-before', { member: 'UEVE' });
      expect(seen.told[0]).toBe('UEVE: Only some members may name people here. Ask whoever runs watchpost to add you.');
      expect(seen.told[1]).toContain('was not seen');
      expect(await history()).toEqual([]);
    });

    it('the same job twice is one change and one line', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      const job = await press(visit, 'is', { who: { name: 'Ada' } });
      await doInteraction(deps, job);
      expect(seen.told).toHaveLength(1);
      expect(await history()).toHaveLength(1);
    });

    it('two readers at once, in two workers: the first word stands, and the second reader learns whose it is', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      const { post } = await shown(rig.opened, visit.id);
      const target = buttonOf(post, 'is');
      const other = depsOf(await rig.start(), seen);
      await Promise.all([
        doInteraction(deps, interaction({ do: 'press', target, who: { name: 'Ada' } }, { member: 'UALICE' })),
        doInteraction(other, interaction({ do: 'press', target, who: { name: 'Bea' } })),
      ]);
      const [name, ...more] = await rig.names();
      expect(more).toEqual([]);
      const [first, second] = name === 'Ada' ? ['UALICE', 'UBOB'] : ['UBOB', 'UALICE'];
      expect(seen.told.toSorted()).toEqual(
        [
          `${first}: Done: 1 is ${String(name)}. You can undo it below the post for ten minutes.`,
          `${second}: ${first} has already said: 1 is ${String(name)}. If that is wrong, undo it below the post.`,
        ].toSorted(),
      );
      expect(await history()).toHaveLength(1);
    });

    it('two readers of two posts about one unknown, in two workers, do not overwrite each other', async () => {
      const one = await takeSnapshot(rig.opened, [man]);
      const two = await takeSnapshot(rig.opened, [manAgain], { camera: 'Garden' });
      const targets = await Promise.all([one, two].map(async ({ id }) => buttonOf((await shown(rig.opened, id)).post, 'is')));
      const other = depsOf(await rig.start(), seen);
      await Promise.all([
        doInteraction(deps, interaction({ do: 'press', target: targets[0]!, who: { name: 'Ada' } }, { member: 'UALICE' })),
        doInteraction(other, interaction({ do: 'press', target: targets[1]!, who: { name: 'Bea' } })),
      ]);
      expect(await rig.names()).toHaveLength(1);
      expect(seen.told.filter((line) => line.includes('has already said'))).toHaveLength(1);
    });

    it('stale buttons, posts that are gone, names that cannot be: each is answered, and a post that is out of date is edited', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      const { post } = await shown(rig.opened, visit.id);
      const stale = buttonOf(post, 'ignore');
      await press(visit, 'is', { who: { name: '   ' } });
      await press(visit, 'is', { who: { name: 'Unknown 12' } });
      await press(visit, 'is', { who: { person: 'nobody' } });
      await press(visit, 'is', { who: { name: 'Ada' }, member: 'UALICE' });
      seen.jobs.length = 0;
      await doInteraction(deps, interaction({ do: 'press', target: stale, who: null }));
      expect(seen.jobs.map((job) => job.kind === 'visit' && job.why)).toEqual(['said']);
      await doInteraction(deps, interaction({ do: 'press', target: { ...stale, visit: 'gone' }, who: null }));
      expect(seen.told.map((line) => line.replace(/^\w+: /, ''))).toEqual([
        'That cannot be a name: the name is empty.',
        'That cannot be a name: "Unknown" and a number is reserved for strangers.',
        'That person has been forgotten. Nothing was changed.',
        'Done: 1 is Ada. You can undo it below the post for ten minutes.',
        'UALICE has already said: 1 is Ada. If that is wrong, undo it below the post.',
        'This post is too old to be changed.',
      ]);
    });

    it('a person who was forgotten, renamed or merged meanwhile', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'is', { who: { name: 'Ada' } });
      const not = buttonOf((await shown(rig.opened, visit.id)).post, 'not');
      await rig.apply({ kind: 'name', person: 'Ada', to: 'Ada Lovelace' }, reader);
      await doInteraction(deps, interaction({ do: 'press', target: not, who: null }));
      expect(seen.told.at(-1)).toContain('Done: 1 is not Ada Lovelace.');
      await rig.apply({ kind: 'forget', person: 'Ada Lovelace' }, reader);
      await doInteraction(deps, interaction({ do: 'press', target: not, who: null }));
      expect(seen.told.at(-1)).toMatch(/has been forgotten|erased|too old/);
    });

    it('undo twice, by two readers, and too late', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await press(visit, 'is', { who: { name: 'Ada' } });
      const undo = buttonOf((await shown(rig.opened, visit.id)).post, 'undo', null);
      for (const member of ['UALICE', 'UBOB']) await doInteraction(deps, interaction({ do: 'press', target: undo, who: null }, { member }));
      expect(seen.told.slice(1)).toEqual(['UALICE: Undone: 1 is Ada.', 'UBOB: Undone: 1 is Ada.']);
      expect(await rig.names()).toEqual(['Unknown 1']);
      const unheard = { ...undo, subject: 'ffffffff-ffff-4fff-8fff-ffffffffffff' };
      await doInteraction(deps, interaction({ do: 'press', target: unheard, who: null }));
      expect(seen.told.at(-1)).toMatch(/^UBOB: Nothing was changed: /);
    });
  },
  oneOfEachBackend,
);
