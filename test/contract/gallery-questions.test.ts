import { setMaxListeners } from 'node:events';
import type { ComparableFace } from '@watchpost/gallery/questions';
import { beforeEach, describe, expect, it } from 'vitest';
import { alikeVector, face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';
import { namePerson } from '../support/start-gallery.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const [ada, bob] = [strangerVector(1), strangerVector(2)];
const cropped = (text: string) => ({ crop: new TextEncoder().encode(text) });

describeOperations('questions: who was seen', (rig) => {
  const seenIn = async (...ids: string[]): Promise<Map<string, ComparableFace[]>> => rig.opened.questions.seenIn(ids, never);
  const shown = async (...ids: string[]): Promise<unknown> =>
    Object.fromEntries(
      [...(await seenIn(...ids))].map(([id, faces]) => [id, faces.map(({ decision, person }) => [decision, person?.name ?? null])]),
    );

  it('in several snapshots, with what was decided and the embeddings', async () => {
    await rig.seeAll([ada, bob], { snapshotId: 'two' });
    await rig.see(alikeVector(ada, 0.8, 11), 'one');
    const faces = await seenIn('one', 'never seen', 'two', 'one');
    expect([...faces.keys()].sort()).toEqual(['one', 'two']);
    expect(await shown('one', 'two')).toEqual({
      one: [['unknown', 'Unknown 1']],
      two: [
        ['unknown', 'Unknown 1'],
        ['unknown', 'Unknown 2'],
      ],
    });
    const [first, second] = faces.get('two') ?? [];
    expect(first?.embedding).toEqual(ada);
    expect(second).toMatchObject({
      position: 1,
      modelId: 'test-model',
      sizePx: 100,
      quality: 0.8,
      saidBy: null,
      mayBe: null,
      mayBeId: null,
    });
    expect(await seenIn()).toEqual(new Map());
  });

  it('as they are called now, whoever they became', async () => {
    await rig.see(ada, 'a');
    await rig.see(bob, 'b');
    await namePerson(rig.opened, 'Unknown 1', 'Ada', reader);
    expect(await shown('a', 'b')).toEqual({ a: [['match', 'Ada']], b: [['unknown', 'Unknown 2']] });
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Ada' });
    expect(await shown('a', 'b')).toEqual({ a: [['match', 'Ada']], b: [['match', 'Ada']] });
    await rig.apply({ kind: 'assign', snapshotId: 'b', position: 0, person: null });
    expect(await shown('b')).toEqual({ b: [['uncertain', null]] });
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect(await shown('a')).toEqual({ a: [['uncertain', null]] });
    expect((await seenIn('a')).get('a')?.[0]?.embedding).toHaveLength(0);
  });

  it('as another process named them a moment ago', async () => {
    const other = await rig.start();
    await other.gallery.recognise(snapshotInfo({ snapshotId: 'a' }), [face(ada)], never);
    expect(await shown('a')).toEqual({ a: [['unknown', 'Unknown 1']] });
  });

  it('and by its id whom an unknown may be', async () => {
    await rig.see(ada, 'a');
    await namePerson(rig.opened, 'Unknown 1', 'Ada', reader);
    await rig.see(alikeVector(ada, 0.62, 3), 'perhaps');
    const { id } = await rig.called('Ada');
    expect((await seenIn('perhaps')).get('perhaps')?.[0]).toMatchObject({ decision: 'unknown', mayBe: 'Ada', mayBeId: id });
  });

  it('and whether two faces are one person, where that is sure', async () => {
    await rig.seeAll([ada, alikeVector(ada, 0.2, 5)], { snapshotId: 's' });
    await rig.see(alikeVector(ada, 0.9, 4), 'alike');
    await rig.see(alikeVector(ada, 0.55, 6), 'half');
    const faces = await seenIn('s', 'alike', 'half');
    const at = (id: string, position = 0): ComparableFace => {
      const found = faces.get(id)?.[position];
      if (!found) throw new Error(`no face ${position} in ${id}`);
      return found;
    };
    const alike = (one: ComparableFace, other: ComparableFace) => rig.opened.questions.alike(one, other);
    expect(alike(at('s'), at('alike'))).toBe('same');
    expect(alike(at('alike'), at('s'))).toBe('same');
    expect(alike(at('s'), at('s', 1))).toBe('different');
    expect(alike(at('s'), at('half'))).toBe('unclear');
    expect(alike(at('s'), { ...at('alike'), modelId: 'another' })).toBe('unclear');
    expect(alike(at('s'), { ...at('s', 1), embedding: new Float32Array(0) })).toBe('unclear');
  });

  it('and what they looked like', async () => {
    const read = async (id: string, position = 0) => {
      const bytes = await rig.opened.questions.crop(id, position, never);
      return bytes && new TextDecoder().decode(bytes);
    };
    await rig.see(ada, 'a', cropped('<ada>'));
    expect(await read('a')).toBe('<ada>');
    await namePerson(rig.opened, 'Unknown 1', 'Ada', reader);
    await rig.see(alikeVector(ada, 0.8, 7), 'sure', cropped('<ada again>'));
    expect(await read('sure')).toBe('<ada again>');
    expect(await read('a', 1)).toBeNull();
    expect(await read('never')).toBeNull();
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect(await read('a')).toBeNull();
  });
});

describeOperations('questions: who faces are', (rig) => {
  const who = async (...faces: Parameters<typeof face>[]) =>
    (
      await rig.opened.questions.identify(
        faces.map((each) => face(...each)),
        never,
      )
    ).map(({ decision, person }) => [decision, person?.name ?? null]);

  beforeEach(async () => {
    await rig.seeAll([ada, bob], { snapshotId: 's' });
    await namePerson(rig.opened, 'Unknown 1', 'Ada', reader);
  });

  it('answers as recognising would, and leaves everything as it is', async () => {
    const before = await rig.contents();
    expect(await who([alikeVector(ada, 0.8, 3)], [alikeVector(bob, 0.8, 4)])).toEqual([
      ['match', 'Ada'],
      ['unknown', 'Unknown 2'],
    ]);
    expect(await who([strangerVector(9)], [alikeVector(ada, 0.62, 3)])).toEqual([
      ['unknown', null],
      ['uncertain', 'Ada'],
    ]);
    expect(await who([strangerVector(9), { sizePx: 12 }])).toEqual([['unrecognisable', null]]);
    expect(await rig.contents()).toEqual(before);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
  });

  it('is not asked of a process that has no vectors: everybody would be a stranger', async () => {
    const { questions } = await rig.start({ vectors: false });
    await expect(questions.identify([face(ada)], never)).rejects.toThrow('without vectors');
  });
});

describeOperations('questions: what changed', (rig) => {
  const since = async (version: number) => rig.opened.questions.changedSince(version, never);
  const idOf = async (name: string): Promise<string> => (await rig.called(name)).id;

  it('is nothing before one has begun', async () => {
    await rig.see(ada, 'a');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const begun = await since(0);
    expect(begun).toEqual({ version: rig.opened.gallery.position().version, personIds: [] });
    expect(await since(begun.version)).toEqual(begun);
  });

  it('are the persons whom somebody changed, also in another process, each change once', async () => {
    await rig.seeAll([ada, bob], { snapshotId: 's' });
    const { version } = await since(0);
    const other = await rig.start({ vectors: false });
    await other.operations.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' }, { id: 'cli' }, never);
    const named = await since(version);
    expect(named.personIds).toEqual([await idOf('Ada')]);
    await rig.see(strangerVector(3), 'stranger');
    expect((await since(named.version)).personIds).toEqual([]);
    await rig.apply({ kind: 'assign', snapshotId: 's', position: 1, person: 'Ada' });
    expect((await since(named.version)).personIds).toContain(await idOf('Ada'));
  });

  it('names those who were merged, and those who were merged into the one who changed', async () => {
    await rig.seeAll([ada, bob], { snapshotId: 's' });
    const [one, two] = [await idOf('Unknown 1'), await idOf('Unknown 2')];
    const { version } = await since(0);
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' });
    const merged = await since(version);
    expect([...merged.personIds].sort()).toEqual([one, two].sort());
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const named = await since(merged.version);
    expect([...named.personIds].sort()).toEqual([one, two].sort());
    await rig.apply({ kind: 'forget', person: 'Ada' });
    expect([...(await since(named.version)).personIds].sort()).toEqual([one, two].sort());
  });

  it('begins anew with a version that is still to come: the database was replaced', async () => {
    await rig.see(ada, 'a');
    const { version } = await since(0);
    expect(await since(version + 1_000)).toEqual({ version, personIds: [] });
  });

  it('comes in parts, each where the one before ended', async () => {
    await rig.see(ada, 'a');
    const { version } = await since(0);
    for (let number = 0; number < 12; number += 1) await rig.apply({ kind: 'alias', person: 'Unknown 1', alias: `Name ${number}` });
    const parts: number[] = [];
    await rig.withDatabase(async ({ audit }) => {
      for (let after = version; ;) {
        const some = await audit.concerned(after, 5, never);
        const last = some.at(-1);
        if (!last) return;
        expect(some.every(({ personIds }) => personIds.length === 1)).toBe(true);
        parts.push(...some.map((each) => each.version));
        after = last.version;
      }
    });
    expect(parts).toEqual(Array.from({ length: 12 }, (_, index) => version + 1 + index));
  });
});

describeOperations('questions: whom a text may mean', (rig) => {
  const found = (text: string, limit = 10, from = rig.opened): string[] => from.questions.findPeople(text, limit).map(({ name }) => name);

  describe('while it is typed', () => {
    beforeEach(async () => {
      const names = ['Ada Lovelace', 'Zoë', 'Jean-Luc Adams', 'Magda'];
      for (const [index, name] of names.entries()) {
        await rig.see(strangerVector(index + 20), `s${index}`);
        await rig.apply({ kind: 'name', person: `Unknown ${index + 1}`, to: name });
      }
      await rig.apply({ kind: 'alias', person: 'Magda', alias: 'Straße' });
      await rig.see(strangerVector(40), 's40');
      await rig.see(strangerVector(41), 's41');
      await rig.apply({ kind: 'ignore', person: 'Unknown 6' });
    });

    it('are those whose name begins so, then those of whom a word does, then those who contain it', () => {
      expect(found('ada')).toEqual(['Ada Lovelace', 'Jean-Luc Adams']);
      expect(found('DA')).toEqual(['Ada Lovelace', 'Jean-Luc Adams', 'Magda']);
      expect(found('gda')).toEqual(['Magda']);
      expect(found('a')).toEqual(['Ada Lovelace', 'Jean-Luc Adams', 'Magda']);
      expect(found('a', 2)).toEqual(['Ada Lovelace', 'Jean-Luc Adams']);
      expect(found('love')).toEqual(['Ada Lovelace']);
      expect(found('zoe')).toEqual(['Zoë']);
      expect(found('strass')).toEqual(['Magda']);
      expect(found('nobody')).toEqual([]);
    });

    it('are found by their numbers too, also by those that they had', () => {
      expect(found('4')).toEqual(['Magda']);
      expect(found('Unknown 5')).toEqual(['Unknown 5']);
      expect(found('unk')).toEqual(['Unknown 5', 'Unknown 6']);
    });

    it('are known to a process without vectors, and follow at once', async () => {
      const names = await rig.start({ vectors: false });
      expect(found('zo', 10, names)).toEqual(['Zoë']);
      await names.operations.apply({ kind: 'name', person: 'Zoë', to: 'Chloe' }, reader, never);
      expect(found('zo', 10, names)).toEqual([]);
      await names.operations.apply({ kind: 'merge', from: 'Unknown 5', into: 'Chloe' }, reader, never);
      expect(found('5', 10, names)).toEqual(['Chloe']);
      await names.operations.apply({ kind: 'forget', person: 'Chloe' }, reader, never);
      expect(found('', 10, names)).toEqual(['Ada Lovelace', 'Jean-Luc Adams', 'Magda', 'Unknown 6']);
    });
  });

  it('are, without a text, those who were seen last; named before unknown', async () => {
    for (const [index, takenAtMs] of [3_000, 1_000, 2_000, 4_000].entries())
      await rig.opened.gallery.recognise(snapshotInfo({ snapshotId: `s${index}`, takenAtMs }), [face(strangerVector(index + 20))], never);
    for (const [index, name] of ['Ada', 'Bob', 'Carl'].entries()) await namePerson(rig.opened, `Unknown ${index + 1}`, name, reader);
    await expect.poll(() => found('')).toEqual(['Ada', 'Carl', 'Bob', 'Unknown 4']);
    expect(found('', 2)).toEqual(['Ada', 'Carl']);
    expect(rig.opened.questions.findPeople('bob', 1)).toEqual([await rig.called('Bob')]);
  });
});

describeOperations('a camera with a risk of its own', (rig) => {
  it('names fewer, and nobody knows of the risk afterwards', async () => {
    await rig.see(ada, 'ada');
    await namePerson(rig.opened, 'Unknown 1', 'Ada', reader);
    const look = async (snapshotId: string, strangersNamedOneIn: number) =>
      (await rig.opened.gallery.recognise(snapshotInfo({ snapshotId, strangersNamedOneIn }), [face(alikeVector(ada, 0.66, 5))], never))[0];
    expect(await look('careful', 100_000)).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
    await rig.apply({ kind: 'forget', person: 'Unknown 2' });
    expect(await look('usual', 1_000)).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
    expect(Object.keys((await rig.sighting('usual')) ?? {}).sort()).toEqual(['camera', 'channel', 'faces', 'snapshotId', 'takenAtMs']);
  });
});
