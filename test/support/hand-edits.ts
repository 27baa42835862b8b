import type { StorageConfig } from '@watchpost/shared/config/common';
import { Binary } from 'mongodb';
import { strangerVector, withMongo, withPostgres } from './gallery-backends.ts';

/** What an operator can write into a field by hand. */
type Value = string | boolean | Float32Array;

/** What an operator does by hand: changes fields of a person ("p…") or a face ("f…"). */
export async function editByHand(storage: StorageConfig, id: string, fields: Record<string, Value>): Promise<void> {
  const kind = id.startsWith('f') ? 'faces' : 'persons';
  if (storage.MONGO_CONNECTION_STRING) {
    const set = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, toBson(value)]));
    await withMongo(storage, async (client) => {
      const { matchedCount } = await client.db().collection<{ _id: string }>(kind).updateOne({ _id: id }, { $set: set });
      if (matchedCount !== 1) throw new Error(`there is no ${id}`);
    });
    return;
  }
  const sets = Object.keys(fields).map((field, index) => `${columnOf(field)} = $${String(index + 2)}`);
  const values = Object.entries(fields).map(([field, value]) => toColumn(field, value));
  await withPostgres(storage, async (client) => {
    const { rowCount } = await client.query(`UPDATE watchpost.${kind} SET ${sets.join(', ')} WHERE id = $1`, [id, ...values]);
    if (rowCount !== 1) throw new Error(`there is no ${id}`);
  });
}

/** What an operator does by hand: ignores everybody, with one command. */
export async function ignoreAllByHand(storage: StorageConfig): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING) {
    await withMongo(storage, async (client) => {
      await client
        .db()
        .collection('persons')
        .updateMany({}, { $set: { ignored: true } });
    });
  } else await withPostgres(storage, async (client) => void (await client.query('UPDATE watchpost.persons SET ignored = true')));
}

/** What an operator does by hand: adds a person and a face, with nothing but what they know. */
export async function insertByHand(
  storage: StorageConfig,
  { person, face }: { person: { id: string; name: string }; face: { id: string; personId: string } },
): Promise<void> {
  const embedding = strangerVector(99);
  if (storage.MONGO_CONNECTION_STRING) {
    await withMongo(storage, async (client) => {
      const { id: _id, name } = person;
      await client.db().collection<{ _id: string; name: string }>('persons').insertOne({ _id, name });
      const { id, personId } = face;
      const rest = { personId, modelId: 'test-model', role: 'reference', embedding: toBson(embedding), quality: 0.5, sizePx: 90 };
      await client
        .db()
        .collection<{ _id: string }>('faces')
        .insertOne({ ...rest, _id: id });
    });
    return;
  }
  await withPostgres(storage, async (client) => {
    await client.query('INSERT INTO watchpost.persons (id, name) VALUES ($1, $2)', [person.id, person.name]);
    await client.query(
      `INSERT INTO watchpost.faces (id, person_id, model_id, role, embedding, quality, size_px)
       VALUES ($1, $2, 'test-model', 'reference', $3, 0.5, 90)`,
      [face.id, face.personId, Buffer.from(embedding.buffer)],
    );
  });
}

function toBson(value: Value): string | boolean | Binary {
  return value instanceof Float32Array ? Binary.fromFloat32Array(value) : value;
}

function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toColumn(field: string, value: Value): unknown {
  if (value instanceof Float32Array) return Buffer.from(value.buffer);
  return field === 'embedding' ? Buffer.from(String(value)) : value;
}
