import type { Retention } from '@watchpost/gallery/store';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { deletedLater } from '../support/data-deleted-later.ts';
import { audit, newFace, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;
/** Erases what was deleted before this moment, and nothing else. */
const atOnce: Retention = { deletedMs: -1_000, auditMs: 100 * year, mergedMs: 100 * year };

onEachStore('erasing', ({ storage, database, another, commit, changesSince }) => {
  const erase = async (retention: Partial<Retention> = {}) => database().eraser.erase({ ...atOnce, ...retention }, never);
  const forget = async (personId: string, faceIds: string[]) =>
    commit({
      persons: [{ id: personId, isNew: false, set: { deleted: true } }],
      faces: faceIds.map((id) => ({ id, isNew: false, set: { deleted: true } })),
    });
  const picture = (position: number) => ({ position, jpeg: new Uint8Array([position + 1]) });

  it('erases what was deleted: vectors, crops, names, sightings with their crops, and names in the audit', async () => {
    const { store, sightings } = database();
    await commit({
      persons: [newPerson('p1'), newPerson('p2')],
      faces: [newFace('f1', 'p1', new Uint8Array([1, 2])), newFace('f22', 'p2', new Uint8Array([3]))],
    });
    await commit({ audit: audit({ summary: 'Unknown 1 → Secret' }) });
    const seen = snapshot({
      faces: [sightedFace({ saidBy: 'slack:U1' }), sightedFace({ personId: 'p2', faceId: 'f22', saidBy: 'slack:U1' })],
    });
    await sightings.record(seen, [picture(0), picture(1)], never);
    expect(await store.crop('f1', never)).toEqual(new Uint8Array([1, 2]));
    await forget('p1', ['f1']);
    expect(await erase({ deletedMs: hour })).toBe(0);
    expect(await store.crop('f1', never)).not.toBeNull();
    expect(await erase()).toBe(2);
    expect(await erase()).toBe(0);
    const since = await changesSince(1);
    expect(since.persons.map(({ name }) => name)).toEqual(['(erased)']);
    expect(since.faces.map(({ embedding }) => embedding.length)).toEqual([0]);
    expect(since.faults).toEqual([]);
    expect([await store.crop('f1', never), await store.crop('f22', never)]).toEqual([null, new Uint8Array([3])]);
    const [gone, kept] = (await sightings.find(seen.snapshotId, never))?.faces ?? [];
    expect([gone?.saidBy, kept?.saidBy]).toEqual([null, 'slack:U1']);
    expect([gone?.personId, gone?.embedding.length, kept?.personId, kept?.embedding.length]).toEqual([null, 0, 'p2', 1_024]);
    expect([await sightings.crop(seen.snapshotId, 0, never), await sightings.crop(seen.snapshotId, 1, never)]).toEqual([
      null,
      new Uint8Array([2]),
    ]);
    expect((await sightings.lastSeen(null, never)).has('p1')).toBe(false);
    expect((await database().audit.newest(1, {}, never))[0]).toMatchObject({ summary: '(erased)', inverse: null });
    // It was not an edit by hand.
    expect(await store.edits(never)).toEqual({ persons: [], faceIds: [] });
  });

  it("counts what was deleted while the database's clock was ahead as deleted now", async () => {
    await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1', new Uint8Array([1]))] });
    await forget('p1', ['f1']);
    await deletedLater(storage(), hour);
    expect(await erase({ deletedMs: hour })).toBe(0);
    expect(await erase()).toBe(2);
    expect(await database().store.edits(never)).toEqual({ persons: [], faceIds: [] });
  });

  it('erases what was recorded late for somebody who was erased before', async () => {
    const { sightings } = database();
    await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1')] });
    await forget('p1', ['f1']);
    await erase();
    const late = snapshot();
    await sightings.record(late, [picture(0)], never);
    await commit({ audit: audit({ summary: 'Unknown 1 → Secret' }) });
    await erase();
    const [face] = (await sightings.find(late.snapshotId, never))?.faces ?? [];
    expect([face?.personId, face?.embedding.length, face?.evidence]).toEqual([null, 0, null]);
    expect(await sightings.crop(late.snapshotId, 0, never)).toBeNull();
    expect((await sightings.lastSeen(null, never)).size).toBe(0);
    expect((await database().audit.newest(1, {}, never))[0]?.summary).toBe('(erased)');
  });

  it('brings nobody back who was erased meanwhile, and keeps who was brought back in time', async () => {
    await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1')] });
    await forget('p1', ['f1']);
    await commit({
      persons: [{ id: 'p1', isNew: false, set: { deleted: false } }],
      faces: [{ id: 'f1', isNew: false, set: { deleted: false } }],
    });
    expect(await erase()).toBe(0);
    const all = await changesSince(0);
    expect(all.persons.map(({ name }) => name)).toEqual(['Name of p1']);
    expect(all.faces.map(({ embedding }) => embedding.length)).toEqual([1_024]);
  });

  it('removes old audit entries, and no others', async () => {
    const { nowMs } = await database().store.head(never);
    await commit({ audit: audit({ id: 'old', atMs: nowMs - 3 * hour }) });
    await commit({ audit: audit({ id: 'new', atMs: nowMs - hour }) });
    await erase({ auditMs: 2 * hour });
    expect((await database().audit.newest(5, {}, never)).map(({ id }) => id)).toEqual(['new']);
  });

  it('removes merged persons that nothing names any more; when they were seen counts for whom they became', async () => {
    const { sightings } = database();
    const { nowMs } = await database().store.head(never);
    const into = (over: object) => ({ mergedInto: 'kept', mergedAtMs: nowMs - 3 * hour, ...over });
    await commit({
      persons: [
        newPerson('kept'),
        newPerson('old', into({})),
        newPerson('recent', into({ mergedAtMs: nowMs - hour })),
        newPerson('seen', into({})),
        newPerson('paired', into({})),
        newPerson('shown', into({})),
        newPerson('suggested', into({})),
        newPerson('other', { mayBe: 'suggested' }),
      ],
      faces: [newFace('f1', 'kept', null, { role: 'negative', shows: 'shown' })],
      pairs: [{ id: 'other paired', personIds: ['other', 'paired'], deleted: false }],
    });
    await sightings.record(snapshot({ faces: [sightedFace({ personId: 'seen' })] }), [], never);
    // Its sighting has become somebody else's since; when it was seen has not.
    const moved = snapshot({ takenAtMs: 7_000, faces: [sightedFace({ personId: 'old', faceId: 'f9' })] });
    await sightings.record(moved, [], never);
    await commit({ moveSightings: [{ faceIds: ['f9'], from: ['old'], to: 'kept' }] });
    await erase({ mergedMs: 2 * hour });
    const { persons } = await changesSince(0);
    expect(persons.map(({ id }) => id).sort()).toEqual(['kept', 'other', 'paired', 'recent', 'seen', 'shown', 'suggested']);
    const seen = await sightings.lastSeen(null, never);
    expect([seen.get('kept')?.atMs, seen.has('old')]).toEqual([7_000, false]);
  });

  it('lets one process keep house at a time, and the next one go on where it was', async () => {
    const { upkeep } = database();
    const other = (await another()).upkeep;
    expect(await upkeep.lease('a', 60_000, never)).toEqual({ comparedUpTo: 0 });
    expect(await other.lease('b', 60_000, never)).toBeNull();
    await upkeep.compared('a', 7, never);
    await other.compared('b', 99, never);
    expect(await upkeep.lease('a', 0, never)).toEqual({ comparedUpTo: 7 });
    expect(await other.lease('b', 60_000, never)).toEqual({ comparedUpTo: 7 });
    expect(await upkeep.lease('a', 60_000, never)).toBeNull();
    const fresh = await Promise.all(['c', 'd', 'e'].map(async (holder) => upkeep.lease(holder, 60_000, never)));
    expect(fresh).toEqual([null, null, null]);
  });
});
