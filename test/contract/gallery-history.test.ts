import { expect, it } from 'vitest';
import { strangerVector, withMongo, withPostgres } from '../support/gallery-backends.ts';
import { describeOperations } from '../support/gallery-rig.ts';

const never = new AbortController().signal;

describeOperations('the history', (rig) => {
  const edit = async (id: string, inverse: string): Promise<void> => {
    if (rig.storage.MONGO_CONNECTION_STRING)
      await withMongo(rig.storage, async (client) => {
        const entries = client.db().collection<{ _id: string }>('audit');
        expect((await entries.updateOne({ _id: id }, { $set: { inverse } })).modifiedCount).toBe(1);
      });
    else
      await withPostgres(rig.storage, async (client) => {
        const { rowCount } = await client.query('UPDATE watchpost.audit SET inverse = $2 WHERE id = $1', [id, inverse]);
        expect(rowCount).toBe(1);
      });
  };

  it.each([['no JSON'], ['{"persons": 1}']])('shows an entry whose inverse cannot be read (%s), and undoes the others', async (inverse) => {
    await rig.see(strangerVector(1), 's1');
    await rig.see(strangerVector(2), 's2');
    const { id } = await rig.apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
    const other = await rig.apply({ kind: 'name', person: 'Unknown 2', to: 'Bob' });
    await edit(id, inverse);
    expect((await rig.opened.operations.history(5, never)).map((entry) => entry.id)).toEqual([other.id, id]);
    await rig.undo(other.id);
    expect(await rig.names()).toEqual(['Ada', 'Unknown 2']);
    await expect(rig.undo(id)).rejects.toMatchObject({ code: 'change-refused' });
  });
});
