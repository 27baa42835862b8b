import type { Db } from 'mongodb';
import { z } from 'zod';
import { aboutOnePerson, keyedByPersons, namingInBody, personKey } from '../../person-documents.ts';

const idSchema = z.object({ _id: z.string() });
const bodySchema = z.object({ body: z.string() });

/** Which of these persons a document names that may outlive the sightings: see person-documents.ts. */
export async function namedInDocuments(db: Db, personIds: readonly string[], signal: AbortSignal): Promise<Set<string>> {
  const named = new Set<string>();
  if (personIds.length === 0) return named;
  const documents = db.collection<{ _id: { kind: string; id: string } }>('documents');
  const about = personIds.map((id) => ({ kind: aboutOnePerson, id }));
  for (const { _id } of await documents.find({ _id: { $in: about } }, { signal, projection: { _id: 1 } }).toArray()) named.add(_id.id);
  const bodies = documents.find({ '_id.kind': namingInBody }, { signal, projection: { body: 1 } });
  for await (const each of bodies) {
    for (const [, id] of bodySchema.parse(each).body.matchAll(/"personId":"([^"]+)"/g)) if (id !== undefined) named.add(id);
  }
  // One look into the index for each: a person may stand in thousands of posts.
  const keyed = db.collection('persons').aggregate(
    [
      { $match: { _id: { $in: personIds } } },
      { $project: { key: { $concat: [personKey(''), '$_id'] } } },
      {
        $lookup: {
          from: 'documents',
          localField: 'key',
          foreignField: 'keys',
          pipeline: [{ $match: { '_id.kind': keyedByPersons } }, { $limit: 1 }, { $project: { _id: 1 } }],
          as: 'posts',
        },
      },
      { $match: { 'posts.0': { $exists: true } } },
      { $project: { _id: 1 } },
    ],
    { signal },
  );
  for await (const each of keyed) named.add(idSchema.parse(each)._id);
  return named;
}
