import { expect, it } from 'vitest';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations, reader } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

describeOperations('what is told of a person and changes nothing', (rig) => {
  const note = (action: 'consent' | 'export', words: string) => rig.opened.operations.note('Ada', { action, words }, reader, never);

  it('is no change that an undo without an id is about', async () => {
    for (const seed of [1, 2]) await rig.see(strangerVector(seed));
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'merge', from: 'Unknown 2', into: 'Ada' });
    await note('consent', 'consent given');
    const noted = await note('export', 'all data exported');
    expect(noted).toMatchObject({ action: 'export', summary: 'Ada: all data exported', inverse: null });
    await expect(rig.undo(noted.id)).rejects.toThrow('it cannot be undone');
    expect(await rig.undo()).toMatchObject({ summary: 'undone: Unknown 2 merged into Ada' });
    expect(await rig.undo()).toMatchObject({ summary: 'undone: Unknown 1 → Ada' });
    await expect(rig.undo()).rejects.toThrow(
      "nothing that slack:U1 has changed can still be undone: a change can be undone for ten minutes, somebody else's by its id",
    );
    const actions = (await rig.opened.operations.history(9, never)).map(({ action }) => action);
    expect(actions).toEqual(['undo', 'undo', 'export', 'consent', 'merge', 'name']);
  });

  it('of which only a newer release knows what it is, is read all the same', async () => {
    await rig.see(strangerVector(1));
    const named = await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    // A newer release has words of its own.
    const { operations, kept } = rig.opened;
    const { id } = await operations.note('Ada', { action: JSON.parse('"audited"'), words: 'audited' }, reader, never);
    expect((await kept.audit.newest(9, {}, never)).map(({ action, summary }) => [action, summary])).toEqual([
      ['other', 'Ada: audited'],
      ['name', 'Unknown 1 → Ada'],
    ]);
    expect(await kept.audit.find(id, never)).toMatchObject([{ action: 'other' }]);
    // It may be a change, which the newest one before it is not.
    await expect(rig.undo()).rejects.toThrow('can still be undone');
    await rig.undo(named.id);
    expect(await rig.names()).toEqual(['Unknown 1']);
  });
});
