import { expect, it } from 'vitest';
import { alikeVector, face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

describeOperations('corrections', (rig) => {
  /** Ada is known; the snapshot `wrong` shows somebody like her, who was taken for her and, being good, became a reference of hers. */
  const mistake = async (): Promise<Float32Array> => {
    const ada = strangerVector(1);
    const lookalike = alikeVector(ada, 0.7, 5);
    await rig.see(ada);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(lookalike, 'wrong');
    return lookalike;
  };
  const assign = async (person: string | null, snapshotId = 'wrong', by?: { id: string }) =>
    rig.apply({ kind: 'assign', snapshotId, position: 0, person }, by);
  const learntFrom = async (snapshotId: string) => {
    const { faces } = await rig.contents();
    return faces.filter((each) => each.snapshotId === snapshotId);
  };

  it('remove what was learnt from the face, and learn from both sides of what was said', async () => {
    const lookalike = await mistake();
    const ada = await rig.called('Ada');
    expect(await learntFrom('wrong')).toMatchObject([{ role: 'reference', personId: ada.id, position: 0 }]);
    await rig.see(strangerVector(9));
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Grace' });
    const grace = await rig.called('Grace');
    await assign('Grace');
    const learnt = await learntFrom('wrong');
    expect(learnt).toHaveLength(2);
    expect(learnt.find(({ role }) => role === 'negative')).toMatchObject({ personId: ada.id, shows: grace.id });
    expect(learnt.find(({ role }) => role === 'reference')).toMatchObject({ personId: grace.id, shows: null });
    expect((await rig.sighting('wrong'))?.faces[0]).toMatchObject({ personId: grace.id, saidBy: 'slack:U1' });
    expect(await rig.see(lookalike, 'wrong')).toMatchObject({ decision: 'match', person: { name: 'Grace' } });
    expect((await rig.contents()).pairs).toMatchObject([{ personIds: expect.arrayContaining([ada.id, grace.id]) }]);
  });

  it('are undone with what they removed', async () => {
    await mistake();
    const before = await learntFrom('wrong');
    await assign(null);
    expect(await learntFrom('wrong')).toMatchObject([{ role: 'negative', shows: null }]);
    await rig.undo();
    expect(await learntFrom('wrong')).toMatchObject(before.map(({ id, role, personId }) => ({ id, role, personId })));
    expect((await rig.sighting('wrong'))?.faces[0]).toMatchObject({ personId: before[0]?.personId, saidBy: null });
  });

  it('hold for what comes later: whom a negative was said to show is known', async () => {
    await mistake();
    await assign(null);
    await rig.see(strangerVector(9));
    await assign('Unknown 2');
    const right = await rig.called('Unknown 2');
    const learnt = await learntFrom('wrong');
    expect(learnt.find(({ role }) => role === 'negative')).toMatchObject({ shows: right.id });
    expect(learnt.find(({ role }) => role === 'reference')).toMatchObject({ personId: right.id });
    // Said otherwise, both are unlearnt.
    await assign('Ada');
    const ada = await rig.called('Ada');
    const now = await learntFrom('wrong');
    expect(now).toHaveLength(2);
    expect(now.find(({ role }) => role === 'negative')).toMatchObject({ personId: right.id, shows: ada.id });
    expect(now.find(({ role }) => role === 'reference')).toMatchObject({ personId: ada.id });
  });

  it('are refused when they say what was said already', async () => {
    await mistake();
    await assign(null);
    await expect(assign(null)).rejects.toMatchObject({ code: 'change-refused' });
    await rig.see(strangerVector(9));
    await assign('Unknown 2');
    await expect(assign('Unknown 2', 'wrong', { id: 'slack:U2' })).rejects.toMatchObject({
      code: 'change-refused',
      message: /said already/,
    });
    // What was only decided can be confirmed.
    await rig.see(strangerVector(9), 'right');
    await assign('Unknown 2', 'right');
    expect((await rig.sighting('right'))?.faces[0]).toMatchObject({ saidBy: 'slack:U1' });
  });

  it('make one person of a stranger and whom its only face shows', async () => {
    await rig.see(strangerVector(1), 'ada');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const otherView = strangerVector(2);
    await rig.see(otherView, 'wrong');
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    await expect(assign(null)).rejects.toMatchObject({ code: 'change-refused', message: /known from this face only/ });
    await assign('Ada');
    expect(await rig.names()).toEqual(['Ada']);
    expect(await rig.see(otherView)).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
    expect((await rig.contents()).pairs).toEqual([]);
    await rig.undo();
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect(await rig.see(otherView, 'wrong')).toMatchObject({ person: { name: 'Unknown 2' } });
  });

  it('show what a reader said of an uncertain face as sure', async () => {
    const ada = strangerVector(1);
    await rig.see(ada);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const unsure = alikeVector(ada, 0.62, 3);
    expect(await rig.see(unsure, 'unsure', { quality: 0.35 })).toMatchObject({ decision: 'uncertain' });
    await assign('Ada', 'unsure');
    expect(await rig.see(unsure, 'unsure')).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
  });

  it('are never overridden by a split, nor by its undo', async () => {
    const ada = strangerVector(1);
    await rig.see(ada, 'first');
    const other = alikeVector(ada, 0.75, 7);
    await rig.see(other, 'second');
    // Matched by the reference that `second` became, as are the two others.
    for (const [index, id] of ['third', 'fourth', 'fifth'].entries()) await rig.see(alikeVector(other, 0.95, 8 + index), id);
    await assign('Unknown 1', 'fourth');
    const wrong = (await rig.sighting('third'))?.faces[0]?.faceId ?? '';
    const { id: entry } = await rig.apply({ kind: 'split', person: 'Unknown 1', faceIds: [wrong] });
    const [kept, split] = [await rig.called('Unknown 1'), await rig.called('Unknown 2')];
    const owners = async (): Promise<unknown[]> => {
      const seen = await Promise.all(['third', 'fourth', 'fifth'].map(async (id) => rig.sighting(id)));
      return seen.map((each) => each?.faces[0]?.personId);
    };
    expect(await owners()).toEqual([split.id, kept.id, split.id]);
    // A reader finds that one of them is the new person indeed: it stays, and the rest returns.
    await assign('Unknown 2', 'fifth');
    await rig.undo(entry);
    expect(await owners()).toEqual([kept.id, kept.id, split.id]);
    expect(await rig.names()).toEqual(['Unknown 1', 'Unknown 2']);
  });

  it('of one sighting at the same moment end in one of them, which can be undone', async () => {
    const processes = [rig.opened, await rig.start(), await rig.start()];
    const ada = strangerVector(1);
    for (const seed of [1, 20, 30, 40]) await rig.see(strangerVector(seed));
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    for (let round = 0; round < 4; round += 1) {
      const snapshotId = `round-${round}`;
      await rig.see(alikeVector(ada, 0.7, 100 + round), snapshotId);
      const said = await Promise.all(
        processes.map(async ({ operations }, index) => {
          const operation = { kind: 'assign', snapshotId, position: 0, person: `Unknown ${index + 2}` } as const;
          return operations.apply(operation, { id: `slack:U${index}` }, never);
        }),
      );
      const [last, before] = said.toSorted((a, b) => b.version - a.version);
      const sighted = async () => (await rig.sighting(snapshotId))?.faces[0];
      const references = async () =>
        (await learntFrom(snapshotId)).flatMap(({ role, personId }) => (role === 'reference' ? [personId] : []));
      expect(await sighted()).toMatchObject({ personId: last?.personIds[0], saidBy: last?.actor.id });
      expect(await references()).toEqual([last?.personIds[0]]);
      await expect(rig.undo(before?.id)).rejects.toMatchObject({ code: 'change-refused' });
      await rig.undo(last?.id);
      expect(await sighted()).toMatchObject({ personId: before?.personIds[0], saidBy: before?.actor.id });
      expect(await references()).toEqual([before?.personIds[0]]);
    }
  });

  it('keep no more references and negatives than the cap, also without vectors in memory', async () => {
    const settings = { references: { cap: 3, redundant: 0.92, betterBy: 0.15 } };
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    const views = [0, 1, 2, 3, 4].map((index) => alikeVector(strangerVector(1), 0.7, 50 + index));
    for (const [index, view] of views.entries()) await rig.see(view, `view-${index}`, { quality: 0.45 });
    const light = await rig.start({ settings, vectors: false });
    for (const index of views.keys())
      await light.operations.apply({ kind: 'assign', snapshotId: `view-${index}`, position: 0, person: 'Unknown 2' }, { id: 'cli' }, never);
    const [wrong, right] = [await rig.called('Unknown 1'), await rig.called('Unknown 2')];
    const { faces } = await rig.contents();
    expect(faces.filter(({ role, personId }) => role === 'negative' && personId === wrong.id)).toHaveLength(3);
    expect(faces.filter(({ role, personId }) => role === 'reference' && personId === right.id)).toHaveLength(3);
  });

  it('note that the other persons of the picture are others', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    // Too poor to become a person of its own.
    const unsure = face(alikeVector(strangerVector(1), 0.62, 3), { quality: 0.35 });
    await rig.opened.gallery.recognise(snapshotInfo({ snapshotId: 'two' }), [unsure, face(strangerVector(2))], never);
    expect((await rig.contents()).pairs).toEqual([]);
    await assign('Unknown 1', 'two');
    const [one, other] = [await rig.called('Unknown 1'), await rig.called('Unknown 2')];
    expect((await rig.contents()).pairs).toMatchObject([{ personIds: expect.arrayContaining([one.id, other.id]) }]);
  });
});

describeOperations('sightings', (rig) => {
  it('keep what they were decided from, and say it with present names', async () => {
    const ada = strangerVector(1);
    await rig.see(ada);
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(alikeVector(ada, 0.8, 3), 'seen');
    await rig.apply({ kind: 'name', person: 'Ada', to: 'Grace' });
    const [explained] = await rig.opened.gallery.explain('seen', never);
    expect(explained).toMatchObject({
      position: 0,
      decision: 'match',
      saidBy: null,
      best: 'Grace',
      second: null,
      person: { name: 'Grace' },
    });
    expect(explained?.evidence).toMatchObject({
      best: { similarity: expect.closeTo(0.8, 3) },
      margin: expect.closeTo(0.04, 2),
      negative: null,
    });
    await expect(rig.opened.gallery.explain('nothing', never)).rejects.toMatchObject({ code: 'change-refused' });
  });

  it('keep pictures of strangers and of uncertain faces, and of nobody else', async () => {
    const ada = strangerVector(1);
    const crop = (value: number): { crop: Uint8Array } => ({ crop: new Uint8Array([255, 216, value]) });
    await rig.see(ada, 'stranger', crop(1));
    await rig.see(alikeVector(ada, 0.62, 3), 'unsure', crop(2));
    await rig.see(strangerVector(5), 'small', { ...crop(3), sizePx: 5 });
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.see(alikeVector(ada, 0.8, 4), 'named', crop(4));
    const kept = await rig.withDatabase(async ({ sightings }) =>
      Promise.all(['stranger', 'unsure', 'small', 'named'].map(async (id) => (await sightings.crop(id, 0, never))?.at(-1) ?? null)),
    );
    expect(kept).toEqual([1, 2, null, null]);
  });

  it('take any text as the channel and the camera', async () => {
    const odd = snapshotInfo({ snapshotId: 'odd', camera: 'Do\0or \ud800!', channel: 'slack:C\0' });
    await rig.opened.gallery.recognise(odd, [face(strangerVector(1))], never);
    expect(await rig.sighting('odd')).toMatchObject({ camera: 'Door !', channel: 'slack:C' });
  });
});
