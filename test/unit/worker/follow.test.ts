import { newEpoch } from '@watchpost/shared/documents/epoch';
import { AppError } from '@watchpost/shared/errors';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FollowRig, grace, startFollowRig } from '../../support/owe-follow-rig.ts';
import type { VisitRig } from '../../support/visit-rig.ts';

const never = new AbortController().signal;
let followRig: FollowRig;
let rig: VisitRig;
beforeEach(() => {
  followRig = startFollowRig();
  ({ rig } = followRig);
});
const once: FollowRig['once'] = (over) => followRig.once(over);
const posted: FollowRig['posted'] = (count, person) => followRig.posted(count, person);
const tookBack: FollowRig['tookBack'] = () => followRig.tookBack();
const changed: FollowRig['changed'] = (...personIds) => followRig.changed(...personIds);
const edited: FollowRig['edited'] = () => followRig.edited();

describe('posts follow the gallery', () => {
  it('only those that show somebody who was changed', async () => {
    await posted(1, grace);
    const [ada] = await posted(1);
    await once();
    expect(edited()).toEqual([]);
    changed('ada');
    await once();
    expect(edited()).toEqual([ada]);
    await once();
    expect(edited()).toEqual([]);
  });

  it('however old, without their pictures, where somebody took back their consent to be named', async () => {
    const [old] = await posted(1);
    rig.nowMs += 20 * 86_400_000;
    await once();
    changed('ada');
    await once({ tookBack: async () => new Map() });
    expect(edited()).toEqual([]);
    changed('ada');
    await once({ tookBack: tookBack() });
    expect(edited()).toEqual([old]);
    expect((await rig.visit(old ?? '')).picturesGo).toBe(true);
  });

  it('without their pictures once for each time that somebody took back their consent, and not those that are newer', async () => {
    const [old] = await posted(1);
    const silent = tookBack();
    rig.nowMs += 120_000;
    const [younger] = await posted(1);
    const gone = async (id = '') => {
      const visit = await rig.visit(id);
      await rig.visiting.visits.save({ ...visit, picturesGo: false }, never);
      return visit.picturesGo ?? false;
    };
    await once();
    for (const expected of [true, false]) {
      changed('ada');
      await once({ tookBack: silent });
      expect(edited()).toHaveLength(2);
      expect([await gone(old), await gone(younger)]).toEqual([expected, false]);
    }
    changed('ada');
    await once({ tookBack: tookBack() });
    expect([await gone(old), await gone(younger)]).toEqual([true, true]);
  });

  it('without their pictures also the second time, where the clock was set back after the first', async () => {
    const [id = ''] = await posted(1);
    rig.nowMs += 3_600_000;
    await once();
    const marked: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      changed('ada');
      await once({ tookBack: tookBack() });
      const visit = await rig.visit(id);
      marked.push(visit.picturesGo);
      await rig.visiting.visits.save({ ...visit, picturesGo: false }, never);
      rig.nowMs -= 1_800_000;
    }
    expect(marked).toEqual([true, true]);
  });

  it('in which somebody is nameless now: all, whatever else is changed after that', async () => {
    const [first] = await posted(1);
    await followRig.copied(first ?? '', 2_050);
    await posted(1, grace);
    await once();
    const silent = tookBack();
    changed('ada');
    await once({ tookBack: silent });
    const all = new Set(edited());
    changed('grace');
    for (let call = 0; call < 70; call += 1) {
      await once({ tookBack: silent });
      for (const id of edited()) all.add(id);
    }
    expect(all.size).toBe(2_052);
  }, 30_000);

  it('in which somebody is nameless now, until it was said: also where the queue has lost the job', async () => {
    const [id] = await posted(1);
    await once();
    const silent = tookBack();
    changed('ada');
    const after = async (minutes: number): Promise<string[]> => {
      rig.nowMs += minutes * 60_000;
      await once({ tookBack: silent });
      return edited();
    };
    expect([await after(0), await after(9), await after(1), await after(19)]).toEqual([[id], [], [id], []]);
    rig.nowMs += 60_000;
    await once({ tookBack: silent });
    expect(rig.queued).toHaveLength(1);
    await rig.settle();
    expect((await rig.visit(id ?? '')).picturesGo).toBe(false);
    expect([await after(40), await after(86_400), await after(86_400)]).toEqual([[], [], []]);
  });

  it('in which somebody is nameless now, but no sooner than the platform is asked again that refused it', async () => {
    const [id = ''] = await posted(1);
    await once();
    const silent = tookBack();
    changed('ada');
    await once({ tookBack: silent });
    expect(edited()).toEqual([id]);
    const knownPosts = createKnownPosts(rig.documents);
    // For 16 minutes now.
    for (let times = 0; times < 5; times += 1) await knownPosts.refused({ id: `visit-${id}` }, 'channel-not-available', never);
    const asked: string[][] = [];
    for (let minutes = 10; minutes <= 20; minutes += 10) {
      rig.nowMs += 600_000;
      await once({ tookBack: silent });
      asked.push(edited());
    }
    expect(asked).toEqual([[], [id]]);
  });

  it('with a revision that no earlier job had', async () => {
    const [id] = await posted(1);
    await once();
    const { revision } = await rig.visit(id!);
    changed('ada');
    await once();
    expect(rig.queued).toEqual([{ v: 1, kind: 'visit', visitId: id, revision: revision + 1, why: 'edit' }]);
  });

  it('newest first, thirty at a time, the rest later', async () => {
    const ids = await posted(40);
    await once();
    changed('ada');
    await once();
    const newest = ids.toReversed();
    expect(edited()).toEqual(newest.slice(0, 30));
    await once();
    expect(edited()).toEqual(newest.slice(30));
    await once();
    expect(edited()).toEqual([]);
  }, 30_000);

  it('but not those of last week', async () => {
    await posted(1);
    await once();
    rig.nowMs += 7 * 86_400_000;
    changed('ada');
    await once();
    expect(edited()).toEqual([]);
  });

  it('and begin anew with another gallery', async () => {
    await posted(1);
    await once();
    changed('ada');
    followRig.epoch = 'e2';
    await once();
    expect(edited()).toEqual([]);
    changed('ada');
    await once();
    expect(edited()).toHaveLength(1);
  });

  it('and miss nothing that was changed after a restore, before anybody followed', async () => {
    const [id] = await posted(1);
    await once();
    const restored = rig.changes.version + 1;
    await rig.documents.put(newEpoch(rig.nowMs, { sinceVersion: restored }), never);
    followRig.epoch = 'e2';
    rig.changes = { version: restored + 1, personIds: ['ada'] };
    const gone: string[] = [];
    await once({ forget: async (personIds) => void gone.push(...personIds) });
    expect([edited(), gone]).toEqual([[id], ['ada']]);
    await once();
    expect(edited()).toEqual([]);
  });

  it('and forget no name that was still to go before a restore', async () => {
    const [id = ''] = await posted(1);
    await once();
    const silent = tookBack();
    changed('ada');
    await once({ tookBack: silent });
    expect(edited()).toEqual([id]);
    // The queue has lost the job, and the restored visit is as it was.
    await rig.visiting.visits.save({ ...(await rig.visit(id)), picturesGo: false, namelessSinceMs: 0 }, never);
    followRig.epoch = 'e2';
    await once({ tookBack: silent });
    expect([edited(), (await rig.visit(id)).picturesGo]).toEqual([[id], true]);
    rig.nowMs += 600_000;
    await once({ tookBack: silent });
    expect(edited()).toEqual([id]);
  });

  it('not before the gallery is known, and miss nothing by that', async () => {
    const [id] = await posted(1);
    await once();
    Object.assign(followRig, { isReady: false, epoch: '' });
    changed('ada');
    await once();
    expect(edited()).toEqual([]);
    Object.assign(followRig, { isReady: true, epoch: 'e1' });
    await once();
    expect(edited()).toEqual([id]);
  });

  it('also when the process is killed in between', async () => {
    const [id] = await posted(1);
    await once();
    changed('ada');
    const dying = async (): Promise<never> => {
      throw new AppError('queue-unavailable', 'killed');
    };
    await expect(once({ sender: { send: dying, ping: dying, counts: dying, close: dying } })).rejects.toMatchObject({
      code: 'queue-unavailable',
    });
    await once();
    expect(edited()).toEqual([id]);
  });
});
