import { AppError } from '@watchpost/shared/errors';
import type { Place, Subject } from '@watchpost/privacy/receipts/place';
import { beginReceipts } from '@watchpost/privacy/receipts/wishes';
import { createNotes } from '@watchpost/worker/interaction/press/notes';
import { clicksPlace } from '@watchpost/worker/privacy/places';
import { expect, it } from 'vitest';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';
import { letTimePass } from '../support/passing-time.ts';
import { privacyRig } from '../support/privacy-rig.ts';

const never = new AbortController().signal;
const minuteMs = 60_000;

describeOperations('the receipt of a wish', (rig) => {
  const known = async (number: number, name: string): Promise<string> => {
    const seen = await rig.see(strangerVector(number), `seen-${number}`);
    await rig.apply({ kind: 'name', person: seen?.person?.name ?? '', to: name });
    return (await rig.called(name)).id;
  };
  const forget = (name: string) => rig.apply({ kind: 'forget', person: name });
  const wishes = (privacy: ReturnType<typeof privacyRig>) => ({
    documents: privacy.documents,
    audit: rig.opened.kept.audit,
    holdings: rig.opened.kept.holdings,
    gallery: rig.opened.gallery,
    isTaken: () => false,
    keepMs: 1e10,
  });

  it('is made of several wishes at once, with other changes between them', async () => {
    const privacy = privacyRig(rig.opened);
    await known(1, 'Ada');
    await known(2, 'Bob');
    await privacy.round();
    const { id } = await forget('Ada');
    for (let change = 0; change < 4; change += 1) await rig.apply({ kind: change % 2 === 0 ? 'ignore' : 'unignore', person: 'Bob' });
    await known(3, 'Cleo');
    const last = await forget('Cleo');
    expect((await privacy.receipt(id))?.state).toBe('pending');
    await privacy.round();
    const found = await rig.opened.documents.find({ kind: 'receipt', order: 'oldest', limit: 9 }, never);
    expect(found.map((each) => each.id).sort()).toEqual([id, last.id].sort());
  });

  it('is made before anything is erased, although no worker has looked for long', async () => {
    const { opened } = rig;
    const privacy = privacyRig(opened);
    await known(1, 'Ada');
    const { id } = await forget('Ada');
    opened.housekeeping.beforeErasing((signal) => beginReceipts(wishes(privacy), signal));
    await letTimePass(rig.storage, 12 * minuteMs);
    await opened.housekeeping.erase(never);
    expect((await opened.kept.holdings.namesOf((await opened.kept.audit.find(id, never))[0]?.personIds ?? [], never)).length).toBe(0);
    const [stored] = await opened.documents.find({ kind: 'receipt', order: 'oldest', limit: 9 }, never);
    expect(stored).toMatchObject({ id, body: { state: 'pending', names: expect.arrayContaining(['Ada']) } });
    expect((await privacy.until(id, 'verified')).personIds).toEqual([]);
    opened.housekeeping.beforeErasing(async () => undefined);
  });

  it('finds by every name, also a former one, until it is verified, and shows none', async () => {
    const { documents } = rig.opened;
    const privacy = privacyRig(rig.opened, [clicksPlace(documents)]);
    const adaId = await known(1, 'Adelaide');
    await rig.apply({ kind: 'name', person: 'Adelaide', to: 'Ada' });
    const notes = createNotes(documents);
    const note = (job: string, name: string) => {
      const step = { do: 'this-is', snapshotId: 's1', position: 0, person: null, name } as const;
      const more = { by: 'slack:U1', next: 1, entries: [job], created: null, said: null, summary: `1 is ${name}`, undone: false };
      return notes.begin(job, { v: 1, state: 'told', visit: 'v', number: 1, steps: [step], ...more }, never);
    };
    await note('first', 'Adelaide');
    await note('second', 'Ada');
    await note('other', 'Bob');
    const { id } = await forget('Ada');
    await privacy.round();
    expect((await privacy.receipt(id))?.places['clicks']).toMatchObject({ found: 2, left: 2 });
    // The gallery erases the names first.
    await letTimePass(rig.storage, 12 * minuteMs);
    privacy.shiftMs = 12 * minuteMs;
    await rig.opened.housekeeping.erase(never);
    expect(await rig.opened.kept.holdings.namesOf([adaId], never)).toEqual([]);
    const receipt = await privacy.until(id, 'verified');
    expect(receipt.places['clicks']).toEqual({ found: 2, left: 0, erased: 2, why: null });
    expect(JSON.stringify(receipt)).not.toMatch(/Ada|Adelaide/);
    const left = JSON.stringify(await documents.find({ kind: 'receipt', order: 'oldest', limit: 9 }, never));
    expect(left).not.toMatch(/Ada|Adelaide/);
    expect(await notes.naming(['Ada', 'Adelaide'], never)).toBe(0);
    expect(await notes.naming(['Bob'], never)).toBe(1);
  });

  it('waits for a place that is away, which holds up no other, and looks rarer each time', async () => {
    const asked: Subject[] = [];
    let isAway = true;
    const away: Place = {
      // In the place of the worker's own.
      what: ['subscriptions'],
      count: async (subject) => {
        asked.push(subject);
        if (isAway) throw new AppError('queue-unavailable', 'the queue does not answer');
        return { subscriptions: 0 };
      },
      erase: async () => Promise.reject(new AppError('queue-unavailable', 'the queue does not answer')),
      waitsFor: 'nothing',
    };
    const privacy = privacyRig(rig.opened, [away]);
    await known(1, 'Ada');
    const { id } = await forget('Ada');
    await privacy.round();
    await letTimePass(rig.storage, 12 * minuteMs);
    privacy.shiftMs = 12 * minuteMs;
    for (let round = 0; round < 20; round += 1) {
      await privacy.round();
      privacy.shiftMs += 1_000;
    }
    const waiting = await privacy.receipt(id);
    expect(waiting).toMatchObject({ state: 'erasing', places: { names: { found: 1, left: 0 }, sightings: { left: 0 } } });
    expect(waiting?.places['subscriptions']?.why).toBe('nobody could look there (queue-unavailable); it is tried again');
    // Each look counts twice: within 20 seconds at 0, 1, 3, 7 and 15.
    expect(asked.length).toBeLessThanOrEqual(1 + 2 * 6);
    isAway = false;
    await privacy.until(id, 'verified');
  });
});
