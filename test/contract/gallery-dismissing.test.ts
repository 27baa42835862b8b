import { setMaxListeners } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const ada = strangerVector(1);
const atOnce = { deletedMs: -1_000, auditMs: 3_600_000, mergedMs: 3_600_000 };

describeOperations('"Not a face"', (rig) => {
  const dismiss = async (snapshotId: string, by = reader) => rig.apply({ kind: 'dismiss', snapshotId, position: 0 }, by);
  const seen = async (snapshotId: string) => (await rig.sighting(snapshotId))?.faces[0];
  const learntFrom = async (snapshotId: string) => (await rig.contents()).faces.filter((each) => each.snapshotId === snapshotId);
  const noFace = { decision: 'unrecognisable', personId: null, saidBy: 'slack:U1' };

  beforeEach(async () => {
    await rig.see(ada, 'ada');
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
  });

  it('takes a face away from a person, with what was learnt from it, and undoing gives both back', async () => {
    await rig.see(alikeVector(ada, 0.8, 5), 'post');
    const before = { sighting: await seen('post'), learnt: await learntFrom('post') };
    expect(before.learnt).toMatchObject([{ role: 'reference' }]);
    const entry = await dismiss('post');
    expect(entry).toMatchObject({
      action: 'dismiss',
      summary: 'what was taken for Ada is no face',
      personIds: [(await rig.called('Ada')).id],
    });
    expect(await seen('post')).toMatchObject(noFace);
    expect(await learntFrom('post')).toEqual([]);
    expect((await rig.opened.questions.seenIn(['post'], never)).get('post')).toMatchObject([
      { decision: 'unrecognisable', person: null, saidBy: 'slack:U1' },
    ]);
    expect(await rig.names()).toEqual(['Ada']);
    await rig.undo(entry.id);
    expect(await seen('post')).toEqual(before.sighting);
    expect(await learntFrom('post')).toMatchObject(before.learnt.map(({ id, role, personId }) => ({ id, role, personId })));
  });

  it('deletes an unknown who is known from it only, and undoing brings that one back with its number', async () => {
    const post = strangerVector(7);
    await rig.see(post, 'post');
    await rig.see(post, 'same');
    const entry = await dismiss('post');
    expect(entry.summary).toBe('Unknown 2 is no face');
    expect(await rig.names()).toEqual(['Ada']);
    expect((await rig.opened.questions.seenIn(['same'], never)).get('same')).toMatchObject([{ decision: 'uncertain', person: null }]);
    expect(await rig.see(strangerVector(8), 'next')).toMatchObject({ person: { name: 'Unknown 3' } });
    await rig.undo(entry.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2', 'Unknown 3']);
    expect(await seen('post')).toMatchObject({ decision: 'unknown', saidBy: null });
    expect(await rig.see(post, 'more')).toMatchObject({ person: { name: 'Unknown 2' } });
  });

  it('leaves an unknown who is known from other faces too', async () => {
    const stranger = strangerVector(7);
    await rig.see(stranger, 'one');
    await rig.see(alikeVector(stranger, 0.8, 8), 'two');
    await dismiss('one');
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    expect(await seen('two')).toMatchObject({ decision: 'unknown' });
    expect((await rig.called('Unknown 2')).faces).toBe(1);
  });

  it('leaves a name without a face', async () => {
    await dismiss('ada');
    expect(await rig.called('Ada')).toMatchObject({ faces: 0 });
  });

  it('removes what others had learnt from it', async () => {
    await rig.see(alikeVector(ada, 0.7, 5), 'wrong');
    await rig.apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: null });
    expect(await learntFrom('wrong')).toMatchObject([{ role: 'negative' }]);
    await dismiss('wrong');
    expect(await learntFrom('wrong')).toEqual([]);
    expect(await seen('wrong')).toMatchObject(noFace);
  });

  it('holds until somebody says who it is after all', async () => {
    await rig.see(alikeVector(ada, 0.8, 5), 'post');
    await dismiss('post');
    await expect(dismiss('post', { id: 'slack:U2', where: 'slack:C9' })).rejects.toMatchObject({
      code: 'change-refused',
      message: 'this was said already',
    });
    await expect(rig.apply({ kind: 'assign', snapshotId: 'post', position: 0, person: null })).rejects.toMatchObject({
      code: 'change-refused',
    });
    await rig.apply({ kind: 'this-is', snapshotId: 'post', position: 0, person: { name: 'Bob' } });
    expect(await rig.names()).toEqual(['Ada', 'Bob']);
    expect(await seen('post')).toMatchObject({ decision: 'uncertain', saidBy: 'slack:U1' });
    expect((await rig.opened.questions.seenIn(['post'], never)).get('post')).toMatchObject([
      { decision: 'match', person: { name: 'Bob' } },
    ]);
    await rig.undo();
    expect(await seen('post')).toMatchObject(noFace);
    expect(await rig.names()).toEqual(['Ada']);
  });

  it('is refused of faces that nobody knows, and of the forgotten; what was erased may be dismissed', async () => {
    await expect(dismiss('never')).rejects.toMatchObject({ code: 'change-refused' });
    await expect(rig.apply({ kind: 'dismiss', snapshotId: 'ada', position: 1 })).rejects.toMatchObject({ code: 'change-refused' });
    await rig.apply({ kind: 'forget', person: 'Ada' });
    await expect(dismiss('ada')).rejects.toMatchObject({ code: 'change-refused' });
    await rig.withDatabase(async ({ eraser }) => eraser.erase(atOnce, never));
    await dismiss('ada');
    expect(await seen('ada')).toMatchObject(noFace);
  });

  it('cannot be undone once the person was forgotten, and what went with it is erased', async () => {
    const stranger = strangerVector(7);
    await rig.see(alikeVector(ada, 0.8, 5), 'post', { crop: new Uint8Array([1]) });
    await rig.see(stranger, 'stranger', { crop: new Uint8Array([2]) });
    const [ofAda, ofUnknown] = [await dismiss('post'), await dismiss('stranger')];
    await rig.apply({ kind: 'forget', person: 'Ada' });
    await expect(rig.undo(ofAda.id)).rejects.toMatchObject({ code: 'change-refused' });
    await rig.withDatabase(async ({ eraser }) => eraser.erase(atOnce, never));
    await expect(rig.undo(ofUnknown.id)).rejects.toMatchObject({ code: 'change-refused' });
    expect((await rig.contents()).faces).toEqual([]);
  });

  it('holds in every process', async () => {
    const stranger = strangerVector(7);
    await rig.see(stranger, 'one');
    const other = await rig.start({ vectors: false });
    await other.operations.apply({ kind: 'dismiss', snapshotId: 'one', position: 0 }, { id: 'slack:U2' }, never);
    expect(await seen('one')).toMatchObject({ ...noFace, saidBy: 'slack:U2' });
    await expect.poll(async () => rig.names()).toEqual(['Ada']);
  });
});
