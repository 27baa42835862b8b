import { createConsents } from '@watchpost/privacy/consent/consents';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { expect, it } from 'vitest';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';
import { expireByIndexes, letTimePass } from '../support/passing-time.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

describeOperations('what names somebody who was merged long ago', (rig) => {
  const consents = () => createConsents(rig.opened);
  const posts = () => createKnownPosts(rig.opened.documents);
  const seePeople = async (...names: string[]): Promise<Record<string, string>> => {
    const ids: Record<string, string> = {};
    for (const [index, name] of names.entries()) {
      const seen = await rig.see(strangerVector(index + 1));
      await rig.apply({ kind: 'name', person: seen?.person?.name ?? '', to: name });
      ids[name] = (await rig.called(name)).id;
    }
    return ids;
  };
  const note = (id: string, state: 'given' | 'withdrawn' | 'asked') => consents().set(id, { state, note: null }, reader, never);
  const letMonthsPass = async (): Promise<void> => {
    await letTimePass(rig.storage, 40 * dayMs);
    await expireByIndexes(rig.storage);
    await rig.opened.housekeeping.erase(never);
  };
  const storedIds = async (): Promise<string[]> => (await rig.contents()).persons.map(({ id }) => id);

  it('finds them under the name that they have now, and lets go of those whom nothing names', async () => {
    const ids = await seePeople('Kept', 'Posted', 'Awaited', 'Asked', 'Nobody');
    const { Kept = '', Posted = '', Awaited = '', Asked = '', Nobody = '' } = ids;
    await posts().note(
      { about: { kind: 'visit', id: 'v' }, channel: 'slack:C1', messageId: 'm', pictures: [], persons: [Posted], atMs: 1 },
      never,
    );
    const waiting = { platform: 'slack', member: 'U1' };
    const subscriptions = createSubscriptions(rig.opened.documents);
    await subscriptions.add(waiting, { who: { kind: 'person', personId: Awaited }, camera: null, hours: null }, never);
    await note(Asked, 'asked');
    for (const name of ['Posted', 'Awaited', 'Asked', 'Nobody']) await rig.apply({ kind: 'merge', from: name, into: 'Kept' });
    await letMonthsPass();
    expect((await storedIds()).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [Kept, Posted, Awaited, Asked].toSorted((a, b) => a.localeCompare(b)),
    );
    const fresh = await rig.start();
    expect(fresh.questions.idsOf(Kept)).toEqual(expect.arrayContaining([Posted, Awaited, Asked]));
    expect(await posts().showing(fresh.questions.idsOf(Kept), 9, never)).toHaveLength(1);
    expect((await fresh.gallery.person(Awaited, never))?.id).toBe(Kept);
    expect(await createConsents(fresh).get(Kept, never)).toMatchObject({ state: 'asked' });
    // Once nothing names them they go.
    await subscriptions.end(waiting, never);
    const [post] = await posts().showing([Posted], 9, never);
    if (post) await posts().remove(post, never);
    await rig.opened.housekeeping.erase(never);
    expect(await storedIds()).not.toContain(Awaited);
    expect(await storedIds()).not.toContain(Posted);
    expect(await storedIds()).not.toContain(Nobody);
  });

  it('keeps what somebody took back, also merged into one who agreed later, until they are asked again', async () => {
    const { Ada = '', Bob = '' } = await seePeople('Ada', 'Bob');
    await note(Ada, 'withdrawn');
    await note(Bob, 'given');
    await rig.apply({ kind: 'merge', from: 'Ada', into: 'Bob' });
    expect(await consents().get(Bob, never)).toMatchObject({ state: 'withdrawn' });
    await letMonthsPass();
    expect(await createConsents(await rig.start()).get(Bob, never)).toMatchObject({ state: 'withdrawn' });
    await note(Bob, 'given');
    expect(await consents().get(Bob, never)).toMatchObject({ state: 'given' });
    await note(Bob, 'withdrawn');
    expect(await consents().get(Bob, never)).toMatchObject({ state: 'withdrawn' });
  });

  it('goes with an unknown who was seen too long ago: consent that was noted of them too', async () => {
    const seen = await rig.see(strangerVector(1));
    const id = seen?.person?.id ?? '';
    await note(id, 'asked');
    await rig.apply({ kind: 'forget', person: id });
    await rig.opened.housekeeping.erase(never);
    expect((await rig.opened.documents.get('consent', id, never)).document).not.toBeNull();
    await letTimePass(rig.storage, 12 * 60_000);
    await rig.opened.housekeeping.erase(never);
    expect((await rig.opened.documents.get('consent', id, never)).document).toBeNull();
  });
});
