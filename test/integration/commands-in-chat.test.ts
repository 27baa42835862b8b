import { isViolationTarget } from '@watchpost/shared/chat/post';
import { setMaxListeners } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import type { Visit } from '@watchpost/visits/visit';
import { createVisits } from '@watchpost/visits/visits';
import type { InteractionDeps } from '@watchpost/worker/interaction/pipeline';
import { depsOf, doInteraction, firstAttempt, interaction, nothingSeen, takeSnapshot, textOf, type Seen } from '../support/deeds-rig.ts';
import { alikeVector, strangerVector, oneOfEachBackend } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const man = strangerVector(1);
const woman = strangerVector(2);

describeGallery(
  'commands in the chat',
  (rig) => {
    let seen: Seen;
    let deps: InteractionDeps;
    beforeEach(() => {
      seen = nothingSeen();
      deps = depsOf(rig.opened, seen);
    });
    const ask = async (text: string, { member = 'UBOB', context = firstAttempt } = {}): Promise<string> => {
      await doInteraction(deps, interaction({ do: 'command', text }, { member }), context);
      return textOf(seen.answers.at(-1)!);
    };
    /** The post's picture shows these numbers; null: the visit was not posted. */
    const pictured = async (visit: Visit, fileId: string | null, numbers: number[]): Promise<Visit> => {
      const picture = { snapshotId: visit.snapshots[0]!.snapshotId, numbers, drawn: '' };
      const progress = { state: 'posted', fileId, uploadedAtMs: 1, askedAtMs: 1, messageId: '2.0' } as const;
      const post = { channel: 'slack:CRESULTS', progress } as const;
      return createVisits(rig.opened.documents).save(fileId === null ? { ...visit, post: null } : { ...visit, post, picture }, never);
    };
    const twoPeople = async (): Promise<void> => {
      await takeSnapshot(rig.opened, [man, woman]);
      await ask('rename "Unknown 1" to Ada Lovelace');
    };

    it('list, who, last-seen and timeline say who was where', async () => {
      expect(await ask('list')).toBe('Nobody has been seen yet.');
      expect(await ask('who')).toBe('Nobody was seen in the last ten minutes.');
      await twoPeople();
      await takeSnapshot(rig.opened, [alikeVector(man, 0.9, 11)], { camera: 'Garden' });
      expect(await ask('list')).toMatch(/^2 people:\n• Ada Lovelace, last seen .* at Garden\n• Unknown 2, last seen .* at Front door$/);
      expect(await ask('list love')).toContain('• Ada Lovelace');
      expect(await ask('who')).toMatch(/^Seen in the last ten minutes:\n(• .*\n?){2}$/);
      expect(await ask('last-seen ada lovelace')).toMatch(/^Ada Lovelace was last seen .* at Garden\.$/);
      expect(await ask('LAST-SEEN lovel')).toContain('Ada Lovelace was last seen');
      expect(await ask('timeline "Ada Lovelace"')).toMatch(/^Ada Lovelace was seen:\n• Garden, .* · post\n• Front door, .* · post$/);
      expect(await ask('last-seen Zoe')).toBe('Nobody is called “Zoe”.');
      expect(await ask('last-seen Unknown')).toMatch(/^Unknown 2 was last seen/);
    });

    it('after a merge, "who" and "timeline" say the name of now, whatever the visit was stored with', async () => {
      const visit = await takeSnapshot(rig.opened, [man]);
      await takeSnapshot(rig.opened, [woman], { camera: 'Garden' });
      await ask('rename Unknown 1 to Ada');
      await ask('merge "Unknown 2" into Ada');
      expect(await ask('who')).toMatch(/^Seen in the last ten minutes:\n• Ada at .*$/);
      await rig.apply({ kind: 'assign', snapshotId: visit.snapshots[0]!.snapshotId, position: 0, person: null });
      expect(await ask('timeline Ada')).not.toContain('Front door');
    });

    it('are answered to members of the results channel only; anybody can end what is sent to them', async () => {
      await twoPeople();
      const visit = await takeSnapshot(rig.opened, [man]);
      await ask('tell me when Ada Lovelace comes', { member: 'UEVE' });
      for (const [standing, sentence] of [
        ['no', 'Only members of the results channel may ask'],
        ['unknown', 'It cannot be found out who is in the results channel'],
      ] as const) {
        seen.strangers.set('UEVE', standing);
        for (const text of ['list', 'list Ada', 'who', 'last-seen Ada Lovelace', 'timeline Ada Lovelace', 'status', 'subscriptions'])
          expect(`${text}: ${await ask(text, { member: 'UEVE' })}`).toContain(sentence);
        expect(await ask('tell me when Ada Lovelace comes', { member: 'UEVE' })).toContain(sentence);
        expect(await ask('rename Ada Lovelace to Eve', { member: 'UEVE' })).not.toContain('Done');
        expect(await ask('help', { member: 'UEVE' })).toContain('last-seen NAME');
        const eve = { member: 'UEVE' };
        await doInteraction(deps, interaction({ do: 'recognise', files: [] }, eve));
        expect(seen.told.at(-1)).toContain(sentence);
        const target = { action: 'seen-before', visit: visit.id, number: 1, subject: null } as const;
        await doInteraction(deps, interaction({ do: 'press', target, who: null }, eve));
        expect(seen.told.at(-1)).toContain(sentence);
        seen.homes.length = 0;
        await doInteraction(deps, interaction({ do: 'home' }, { ...eve, platform: standing === 'no' ? 'slack' : 'other' }));
        expect(seen.homes.map((home) => textOf(home))).toEqual([expect.stringContaining(sentence)]);
      }
      expect(await ask('stop 1', { member: 'UEVE' })).toContain('Ended');
      expect(JSON.stringify([seen.homes, seen.answers.slice(2, -1), seen.told])).not.toContain('Ada Lovelace was');
    });

    it('rename, merge, ignore, unignore and undo change people, and the audit says who did', async () => {
      await twoPeople();
      expect(await ask('rename Ada Lovelace to Ada King')).toMatch(/^Done: Ada Lovelace → Ada King\./);
      expect(await ask('rename nobody to Zoe')).toBe('Nobody is called “nobody”.');
      expect(await ask('rename Ada King to Unknown 9')).toContain('That cannot be a name');
      expect(await ask('ignore ada king')).toContain('Ada King is ignored');
      expect(await ask('ignore ada king')).toBe('Nothing was changed: Ada King is ignored already.');
      expect(await ask('unignore Ada King')).toContain('no longer ignored');
      expect(await ask('merge Unknown 2 into Ada King')).toContain('Unknown 2 merged into Ada King');
      expect(await ask('undo')).toBe('Undone: Unknown 2 merged into Ada King.');
      expect(new Set((await rig.opened.operations.history(20, never)).map(({ actor }) => actor.id))).toEqual(new Set(['slack:UBOB']));
    });

    it('whoever may not name people may ask and not change', async () => {
      await twoPeople();
      seen.outsiders.add('UEVE');
      expect(await ask('rename Ada Lovelace to Eve', { member: 'UEVE' })).toContain('Only some members may name people here.');
      expect(await ask('forget Ada Lovelace confirm', { member: 'UEVE' })).toContain('Only some members may name people here.');
      expect(await ask('last-seen Ada Lovelace', { member: 'UEVE' })).toContain('was last seen');
      expect(await rig.names()).toContain('Ada Lovelace');
    });

    it('forget asks back first, and then erases', async () => {
      await twoPeople();
      expect(await ask('forget Ada Lovelace')).toContain('To do it: /faces forget Ada Lovelace confirm');
      expect(await rig.names()).toContain('Ada Lovelace');
      expect(await ask('forget Ada Lovelace confirm')).toContain('Done:');
      expect(await rig.names()).not.toContain('Ada Lovelace');
    });

    it('a change that an attempt made before it was killed is told as done, not refused', async () => {
      await twoPeople();
      const lost = {
        ...deps,
        platformFor: () => ({
          ...deps.platformFor('slack:x'),
          members: { ...deps.platformFor('slack:x').members, answer: async () => Promise.reject(new Error('killed')) },
        }),
      };
      const job = interaction({ do: 'command', text: 'rename Ada Lovelace to Ada King' });
      await expect(doInteraction(lost, job)).rejects.toThrow('killed');
      await doInteraction(deps, job, { attempt: 2, lastAttempt: false });
      expect(textOf(seen.answers.at(-1)!)).toContain('Done: Ada Lovelace → Ada King.');
    });

    it('a member who is mentioned stands for their name, also as a new name', async () => {
      await twoPeople();
      expect(await ask('rename Unknown 2 to <@UEVE|eve>')).toContain('Done: Unknown 2 → Eve.');
      expect(await ask('last-seen <@UEVE>')).toContain('Eve was last seen');
      expect(await ask('rename Ada Lovelace to <@UNOBODY>')).toContain('The name of that member cannot be found out.');
      expect(await ask('tell me when <@UEVE|eve> comes')).toContain('Eve');
    });

    it('undo takes back one change, however often its answer is lost', async () => {
      await twoPeople();
      await ask('rename Ada Lovelace to Ada King');
      const job = interaction({ do: 'command', text: 'undo' });
      await doInteraction(deps, job);
      await doInteraction(deps, job, { attempt: 2, lastAttempt: false });
      expect(seen.answers.slice(-2).map((answer) => textOf(answer))).toEqual(Array(2).fill('Undone: Ada Lovelace → Ada King.'));
      expect(await ask('list')).toContain('• Ada Lovelace');
      expect(await ask('undo')).toContain('Undone: Unknown 1 → Ada Lovelace.');
    });

    it('two people of one name are told apart by their ids', async () => {
      await twoPeople();
      const [one, two] = await rig.opened.gallery.people(never);
      await rig.backend.renameByHand(rig.storage, 'Unknown 2', 'Ada Lovelace');
      await expect.poll(async () => (await rig.names()).filter((name) => name === 'Ada Lovelace').length, { timeout: 15_000 }).toBe(2);
      const answer = await ask('ignore Ada Lovelace');
      expect(answer).toMatch(/^Two people are called Ada Lovelace\. Say which one by its id instead of the name:/);
      for (const person of [one, two]) expect(answer).toContain(person!.id.slice(0, 8));
      const id = one!.id.slice(0, 8);
      expect(await ask(`last-seen ${id}`)).toMatch(/^Ada Lovelace was last seen /);
      expect(await ask(`forget ${id}`)).toContain(`To do it: /faces forget ${id} confirm`);
      expect(await ask(`ignore ${id}`)).toContain('Done: Ada Lovelace is ignored');
      expect(await ask('last-seen Ada Lovelace')).toMatch(/(Ada Lovelace was last seen .*\n?){2}/);
    });

    it('subscriptions are made, listed and taken back', async () => {
      await twoPeople();
      expect(await ask('tell me when Ada Lovelace comes to Front door between 22:00 and 6:00')).toBe(
        'You get a message when Ada Lovelace comes to Front door, 22:00–06:00. To end that: /faces stop 1',
      );
      expect(await ask('subscriptions')).toContain('1: when Ada Lovelace comes to Front door');
      await ask('rename Ada Lovelace to Ada King');
      expect(await ask('subscriptions')).toContain('1: when Ada King comes to Front door');
      expect(await ask('subscriptions', { member: 'UEVE' })).toContain('You get no messages.');
      expect(await ask('stop 2')).toContain('You have no number 2');
      expect(await ask('stop 1')).toContain('Ended: when Ada King comes');
      expect(await ask('tell me when Zoe comes')).toBe('Nobody is called “Zoe”.');
      expect(await ask('tell me a joke')).toContain('Say when: /faces tell me when Ada comes');
    });

    it('status says what waits, who is known, and what each camera saw', async () => {
      await twoPeople();
      const text = await ask('status');
      expect(text).toContain('Queue: 3 snapshots waiting, 0 jobs running, 0 failed');
      expect(text).toContain('People: 1 name, 1 unknown, 0 ignored');
      expect(text).toContain('No snapshots in the last 24 hours.');
    });

    it('the page shows who waits for a name, with a picture and a button that works, and the last visits; not twice in a moment', async () => {
      const visit = await pictured(await takeSnapshot(rig.opened, [man]), 'F1', [1]);
      const home = interaction({ do: 'home' }, { by: { member: 'UBOB', channel: null, thread: null, url: null } });
      await doInteraction(deps, home);
      expect(await doInteraction(deps, home)).toBe('idle');
      expect(seen.homes).toHaveLength(1);
      const section = seen.homes[0]!.sections.find(({ thumbnail }) => thumbnail);
      expect(section?.thumbnail).toEqual({ fileId: 'F1', altText: 'Front door: Unknown 1 is number 1' });
      expect(textOf(seen.homes[0]!)).toMatch(/Front door, .*: Unknown 1 · post/);
      const target = section!.buttons.find((button) => button.target.action === 'is')!.target;
      if (isViolationTarget(target)) throw new Error('not a button of a visit');
      expect(target.visit).toBe(visit.id);
      await doInteraction(deps, interaction({ do: 'press', target, who: { name: 'Ada' } }, { by: home.by }));
      expect(seen.homes).toHaveLength(2);
      expect(textOf(seen.homes[1]!)).toMatch(/^Nobody waits for a name[\s\S]*: Ada · post/);
      expect((await createVisits(rig.opened.documents).get(visit.id, never))?.lastChange?.summary).toBe('1 is {name}');
    });
    it('the page shows an unknown on the newest picture that has that face, also when later visits were not posted or not redrawn', async () => {
      const hourMs = 3_600_000;
      const again = alikeVector(man, 0.9, 11);
      await pictured(await takeSnapshot(rig.opened, [man], { camera: 'Gate', takenAtMs: Date.now() - 3 * hourMs }), 'F1', [1]);
      await pictured(await takeSnapshot(rig.opened, [woman, again], { camera: 'Garage', takenAtMs: Date.now() - 2 * hourMs }), 'F2', [1]);
      await pictured(await takeSnapshot(rig.opened, [again], { camera: 'Garden' }), null, []);
      await doInteraction(deps, interaction({ do: 'home' }, { by: { member: 'UBOB', channel: null, thread: null, url: null } }));
      const thumbnails = seen.homes[0]!.sections.flatMap(({ thumbnail }) => thumbnail ?? []);
      expect(thumbnails).toEqual([
        { fileId: 'F1', altText: 'Gate: Unknown 1 is number 1' },
        { fileId: 'F2', altText: 'Garage: Unknown 2 is number 1' },
      ]);
    });
  },
  oneOfEachBackend,
);
