import { expect, it } from 'vitest';
import { strangerVector } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

describeOperations('operations on people', (rig) => {
  it('ignores a person, and stops ignoring', async () => {
    await rig.see(strangerVector(1));
    await rig.apply({ kind: 'ignore', person: 'Unknown 1' });
    expect(await rig.see(strangerVector(1))).toMatchObject({ decision: 'match', person: { status: 'ignored' } });
    await rig.apply({ kind: 'unignore', person: 'Unknown 1' });
    expect(await rig.see(strangerVector(1))).toMatchObject({ decision: 'unknown', person: { status: 'unknown' } });
  });

  it('names nobody whom somebody else has named since, and says so without an id', async () => {
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    const [one, two] = [await rig.called('Unknown 1'), await rig.called('Unknown 2')];
    const name = async (to: string) => rig.apply({ kind: 'name', person: one.id, to, from: 'Unknown 1' });
    const both = await Promise.allSettled([name('Rita One'), name('Rita Two')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(name('Rita Three')).rejects.toThrow(/^Unknown 1 was renamed "Rita (One|Two)" meanwhile/);
    await rig.apply({ kind: 'merge', from: two.id, into: one.id });
    await expect(rig.apply({ kind: 'merge', from: two.id, into: one.id })).rejects.toThrow(/^these two are one person already: Rita/);
    await rig.apply({ kind: 'forget', person: one.id });
    for (const { id } of [one, two])
      await expect(rig.apply({ kind: 'ignore', person: id })).rejects.toThrow('this person is not known any more: forgotten meanwhile');
  });

  it('finds people by aliases, which are unique', async () => {
    await rig.see(strangerVector(1));
    await rig.see(strangerVector(2));
    await rig.apply({ kind: 'alias', person: 'Unknown 1', alias: 'The postman' });
    await expect(rig.apply({ kind: 'name', person: 'Unknown 2', to: 'the Postman' })).rejects.toMatchObject({ code: 'name-taken' });
    await rig.apply({ kind: 'name', person: 'the postman', to: 'Pat' });
    await rig.apply({ kind: 'alias', person: 'Pat', alias: 'The Postman', remove: true });
    await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'The postman' });
    expect(await rig.names()).toEqual(['Pat', 'The postman']);
  });

  it('finds a person by the beginning of its id', async () => {
    await rig.see(strangerVector(1));
    const { id } = await rig.called('Unknown 1');
    await rig.apply({ kind: 'name', person: id.slice(0, 8), to: 'Ada' });
    expect(await rig.names()).toEqual(['Ada']);
    await expect(rig.apply({ kind: 'ignore', person: id.slice(0, 7) })).rejects.toMatchObject({ code: 'person-not-found' });
  });

  it('refuses the name that a person has, and takes another spelling of it', async () => {
    await rig.see(strangerVector(1));
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'ada' });
    await expect(rig.apply({ kind: 'name', person: 'Ada', to: ' ada ' })).rejects.toMatchObject({ code: 'change-refused' });
    await rig.apply({ kind: 'name', person: 'ada', to: 'Ada' });
    expect(await rig.names()).toEqual(['Ada']);
  });

  it('refuses what changes nothing', async () => {
    await rig.see(strangerVector(1));
    await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    await rig.apply({ kind: 'alias', person: 'Ada', alias: 'Countess' });
    await rig.apply({ kind: 'ignore', person: 'Ada' });
    const before = await rig.opened.operations.history(10, never);
    const refused = { code: 'change-refused' };
    for (const alias of ['ada', 'Countess'])
      await expect(rig.apply({ kind: 'alias', person: 'Ada', alias })).rejects.toMatchObject(refused);
    await expect(rig.apply({ kind: 'alias', person: 'Ada', alias: 'Grace', remove: true })).rejects.toMatchObject(refused);
    await expect(rig.apply({ kind: 'ignore', person: 'Ada' })).rejects.toMatchObject(refused);
    await rig.apply({ kind: 'unignore', person: 'Ada' });
    await expect(rig.apply({ kind: 'unignore', person: 'Ada' })).rejects.toMatchObject(refused);
    expect(await rig.opened.operations.history(10, never)).toHaveLength(before.length + 1);
  });
});
