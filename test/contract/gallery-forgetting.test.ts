import { dot } from '@watchpost/shared/vectors';
import { describe, expect, it } from 'vitest';
import { alikeVector, face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { describeGallery } from '../support/gallery-rig.ts';
import { sightedFace } from '../support/gallery-samples.ts';

const never = new AbortController().signal;
/** Nothing is kept: what is deleted is erased at once. */
const atOnce = { deletedMs: -1, auditMs: 1e12, mergedMs: 1e12 };

describeGallery('forgetting', (rig) => {
  const [ada, bob] = [strangerVector(1), strangerVector(2)];
  /** Pictures of Bob that look like Ada too: taken for her as long as nobody says otherwise. */
  const bobLikeAda = (seed: number): Float32Array => alikeVector(ada, 0.72, seed);
  const assign = async (snapshotId: string, person: string | null) => rig.apply({ kind: 'assign', snapshotId, position: 0, person });
  const forget = async (person: string) => rig.apply({ kind: 'forget', person });
  const seeAdaAndBob = async (): Promise<void> => {
    await rig.see(ada, 'ada');
    await rig.see(bob, 'bob');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
  };

  it('removes the person, everybody merged into it, and their faces; undone, it is back', async () => {
    await rig.see(ada, 'first');
    await rig.see(strangerVector(3));
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' });
    const forgot = await forget('Unknown 1');
    expect(await rig.names()).toEqual([]);
    expect(await rig.see(ada, 'first')).toMatchObject({ person: null });
    await rig.undo(forgot.id);
    expect(await rig.called('Unknown 1')).toMatchObject({ faces: 2 });
    expect(await rig.see(ada, 'first')).toMatchObject({ person: { name: 'Unknown 1' } });
    await forget('Unknown 1');
    expect(await rig.see(ada)).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 3' } });
  });

  it('follows every face that shows the person, whoever learnt from it', async () => {
    await seeAdaAndBob();
    for (const seed of [11, 12]) await rig.see(bobLikeAda(seed), `taken-${seed}`);
    // One of them was corrected: Ada has a negative that shows Bob. The other was not: she has a reference.
    await assign('taken-11', 'Bob');
    await rig.see(strangerVector(4), 'other');
    await assign('other', 'Bob');
    await forget('Bob');
    const { faces, pairs } = await rig.contents();
    const ofBob = [bob, bobLikeAda(11), strangerVector(4)];
    expect(faces.filter(({ embedding }) => ofBob.some((vector) => dot(vector, embedding) > 0.99))).toEqual([]);
    expect(faces.some(({ embedding }) => dot(bobLikeAda(12), embedding) > 0.99)).toBe(true);
    expect(pairs).toEqual([]);
    await rig.withDatabase(async ({ eraser }) => eraser.erase(atOnce, never));
    for (const id of ['bob', 'taken-11', 'other']) expect((await rig.sighting(id))?.faces[0]?.embedding ?? []).toHaveLength(0);
    expect((await rig.sighting('taken-12'))?.faces[0]?.embedding).toHaveLength(1_024);
  });

  it('follows what a negative was said to show when its sighting has expired', async () => {
    await seeAdaAndBob();
    const [adaId, bobId] = [(await rig.called('Ada')).id, (await rig.called('Bob')).id];
    const { faces } = await rig.contents();
    const { id: _, version: __, ...ofAda } = faces.find(({ personId }) => personId === adaId)!;
    const set = { ...ofAda, role: 'negative', shows: bobId, snapshotId: 'expired', position: 0, embedding: bobLikeAda(11) } as const;
    await rig.withDatabase(async ({ store }) => {
      const negative = { id: 'negative', isNew: true, set, crop: null } as const;
      await store.commit(await store.head(never), { persons: [], faces: [negative], pairs: [] }, 'negative', never);
    });
    await forget('Bob');
    expect((await rig.contents()).faces).toMatchObject([{ personId: adaId, role: 'reference' }]);
  });

  describe('whom a negative shows that nobody spoke of', () => {
    const stranger = bobLikeAda(11);
    const traces = async (): Promise<(string | null)[]> => {
      const { faces } = await rig.contents();
      return faces.flatMap(({ embedding, snapshotId }) => (dot(stranger, embedding) > 0.8 ? [snapshotId] : []));
    };
    const negative = async () => (await rig.contents()).faces.find(({ role }) => role === 'negative');
    /** "Not Ada", and nobody says who it is. */
    const notAda = async () => {
      await rig.see(ada, 'ada');
      await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
      await rig.see(stranger, 'wrong');
      return assign('wrong', null);
    };

    it.each([
      ['is made of a face that it kept from being another', 0.97],
      ['is made of a face that resembles nobody else', 0.75],
    ])('is a new person who %s', async (_, cosine) => {
      await notAda();
      expect(await rig.see(alikeVector(stranger, cosine, 31), 'again')).toMatchObject({ person: { name: 'Unknown 2' } });
      expect((await negative())?.shows).toBe((await rig.called('Unknown 2')).id);
      await rig.see(bob, 'bob');
      await rig.apply({ kind: 'name', person: 'Unknown 3', to: 'Bob' });
      await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Bob' });
      await forget('Bob');
      expect(await traces()).toEqual([]);
    });

    it('is somebody who was known before, once seen again', async () => {
      await notAda();
      const own = alikeVector(stranger, 0.3, 32);
      await rig.see(own);
      expect((await negative())?.shows).toBeNull();
      // Matches Unknown 2, and the negative too.
      const sum = own.map((value, index) => value + 0.8 * (stranger[index] ?? 0));
      const length = Math.hypot(...sum);
      await rig.see(
        sum.map((value) => value / length),
        'between',
      );
      expect((await negative())?.shows).toBe((await rig.called('Unknown 2')).id);
      await forget('Unknown 2');
      expect(await traces()).toEqual([]);
    });

    it('is not told by a face that is less like it than a match', async () => {
      await notAda();
      expect(await rig.see(alikeVector(stranger, 0.64, 35))).toMatchObject({ decision: 'unknown' });
      expect((await negative())?.shows).toBeNull();
    });

    it('does not stand in the way of taking back what was said', async () => {
      const said = await notAda();
      await rig.see(alikeVector(stranger, 0.97, 31));
      await rig.undo(said.id);
      expect(await negative()).toBeUndefined();
      expect((await rig.sighting('wrong'))?.faces[0]).toMatchObject({ personId: (await rig.called('Ada')).id, saidBy: null });
    });

    it('stays forgotten when somebody takes back what was said', async () => {
      const said = await notAda();
      await rig.see(alikeVector(stranger, 0.97, 31));
      await forget('Unknown 2');
      await expect(rig.undo(said.id)).rejects.toMatchObject({ code: 'change-refused' });
      expect(await traces()).toEqual([]);
    });
  });

  it('follows sightings however many there are', async () => {
    await seeAdaAndBob();
    await rig.see(bobLikeAda(11), 'oldest');
    const bobId = (await rig.called('Bob')).id;
    await rig.withDatabase(async ({ sightings, store }) => {
      // As if it had been decided that the face is Bob's, from which Ada had learnt.
      const assignments = [{ snapshotId: 'oldest', position: 0, personId: bobId, saidBy: null }];
      await store.commit(await store.head(never), { persons: [], faces: [], pairs: [], assignments }, 'assigned', never);
      const faces = [sightedFace({ personId: bobId, faceId: null })];
      for (let index = 0; index < 410; index += 1) {
        // Several at one moment: pages end between them.
        const info = snapshotInfo({ takenAtMs: 1_700_000_001_000 + Math.floor(index / 3), snapshotId: `many-${index}` });
        await sightings.record({ ...info, faces }, [], never);
      }
    });
    await forget('Bob');
    const { faces } = await rig.contents();
    expect(faces.filter(({ snapshotId }) => snapshotId === 'oldest')).toEqual([]);
  });

  it('is not taken back by undoing something else', async () => {
    await seeAdaAndBob();
    await rig.see(bobLikeAda(11), 'taken');
    const corrected = await assign('taken', 'Bob');
    await forget('Bob');
    await expect(rig.undo(corrected.id)).rejects.toMatchObject({ code: 'change-refused', message: /forgotten/ });
    const { faces } = await rig.contents();
    expect(faces.filter(({ snapshotId }) => snapshotId === 'taken')).toEqual([]);
  });

  it('is not taken back by a picture that was decided before', async () => {
    await seeAdaAndBob();
    const [{ gallery }, { gallery: other }] = [rig.opened, await rig.start()];
    const pictures = Array.from({ length: 30 }, (_, index) => alikeVector(bob, 0.9, 200 + index));
    const recognised = pictures.map(async (vector, index) =>
      (index % 2 ? gallery : other).recognise(snapshotInfo({ snapshotId: `late-${index}` }), [face(vector, { quality: 0.45 })], never),
    );
    await forget('Bob');
    await Promise.all(recognised);
    await rig.withDatabase(async ({ eraser }) => eraser.erase(atOnce, never));
    await rig.withDatabase(async ({ eraser }) => eraser.erase(atOnce, never));
    expect(await rig.names()).toEqual(expect.arrayContaining(['Ada']));
    expect(await rig.names()).not.toContain('Bob');
    const { persons } = await rig.contents();
    const alive = new Set(persons.map(({ id }) => id));
    for (const index of pictures.keys()) {
      for (const { personId, embedding } of (await rig.sighting(`late-${index}`))?.faces ?? [])
        expect(personId !== null && alive.has(personId) ? 1_024 : 0).toBe(embedding.length);
    }
  });

  it('keeps others from learning from a face that waits to be erased', async () => {
    await seeAdaAndBob();
    const forgot = await forget('Bob');
    for (const person of ['Ada', null]) await expect(assign('bob', person)).rejects.toMatchObject({ code: 'change-refused' });
    expect((await rig.contents()).faces.filter(({ embedding }) => dot(bob, embedding) > 0.99)).toHaveLength(0);
    await rig.undo(forgot.id);
    await assign('bob', 'Ada');
  });
});
