import type { Db } from 'mongodb';
import { z } from 'zod';
import { connectMongo, guardMongo } from './connect.ts';
import { galleryIndexes } from './indexes.ts';
import type { StoredDocument } from '@watchpost/shared/documents/document-store';
import { createMongoDocuments, documentIndexes } from './document-store.ts';
import { recordIndexes } from './snapshot-records.ts';

/** A member of a replica set. */
export interface MongoMember {
  name: string;
  /** `PRIMARY`, `SECONDARY`, `ARBITER`, or what is wrong with it. */
  state: string;
  healthy: boolean;
  /** How far it is behind the primary, milliseconds. */
  behindMs: number;
}

/** What a MongoDB says about itself, and about our collections. */
export interface MongoFacts {
  database: string;
  version: string;
  kind: 'replica set' | 'sharded' | 'standalone';
  /** Null: there is no replica set, or our user may not ask. */
  members: MongoMember[] | null;
  /** Which version's data files it keeps; null: our user may not ask. */
  compatibility: string | null;
  /** Of the server, milliseconds since 1970; and when it was asked, by our clock. */
  clock: { theirsMs: number; oursMs: number };
  /** Actions that our user may not do in the database, as MongoDB calls them; nothing of the gallery is told then. */
  forbidden: string[];
  /** Whether a gallery has been made here. */
  hasGallery: boolean;
  /** Indexes that queries and expiry need: collection and keys. */
  missingIndexes: string[];
  /** The document that was asked for; null: there is none. */
  document: StoredDocument | null;
}

const helloSchema = z.looseObject({ setName: z.string().optional(), msg: z.string().optional(), localTime: z.date() });
const statusSchema = z.looseObject({
  members: z.array(z.looseObject({ name: z.string(), stateStr: z.string(), health: z.number(), optimeDate: z.date().optional() })),
});
const compatibilitySchema = z.looseObject({ featureCompatibilityVersion: z.looseObject({ version: z.string() }) });

/** Asks the MongoDB of a connection string, and reads one of its documents. Writes nothing. Rejects with `gallery-unavailable`. */
export async function readMongoFacts(url: string, wanted: { kind: string; id: string }, signal: AbortSignal): Promise<MongoFacts> {
  const { db, close } = await connectMongo(url, signal);
  try {
    const oursMs = Date.now();
    const hello = helloSchema.parse(await guardMongo(async () => db.command({ hello: 1 }), signal));
    const { version } = z.looseObject({ version: z.string() }).parse(await guardMongo(async () => db.command({ buildInfo: 1 }), signal));
    const kind = hello.msg === 'isdbgrid' ? 'sharded' : hello.setName === undefined ? 'standalone' : 'replica set';
    const forbidden = await forbiddenIn(db, signal);
    const mayLook = forbidden.length === 0;
    const collections = !mayLook ? [] : await guardMongo(async () => db.listCollections({}, { nameOnly: true }).toArray(), signal);
    return {
      database: db.databaseName,
      version,
      kind,
      members: kind === 'replica set' ? await membersOf(db, signal) : null,
      compatibility: await compatibilityOf(db, signal),
      clock: { theirsMs: hello.localTime.getTime(), oursMs },
      forbidden,
      hasGallery: collections.some(({ name }) => name === 'persons'),
      missingIndexes: await missingIndexes(db, new Set(collections.map(({ name }) => name)), signal),
      document: mayLook ? (await createMongoDocuments(db).get(wanted.kind, wanted.id, signal)).document : null,
    };
  } finally {
    await close();
  }
}

const wantedActions = ['listCollections', 'find', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'listIndexes'];
const privilegesSchema = z.looseObject({
  authInfo: z.looseObject({
    authenticatedUsers: z.array(z.unknown()),
    authenticatedUserPrivileges: z.array(
      z.looseObject({
        resource: z.looseObject({ db: z.string().optional(), anyResource: z.boolean().optional() }),
        actions: z.array(z.string()),
      }),
    ),
  }),
});

/** Empty where the server asks nobody who they are. */
async function forbiddenIn(db: Db, signal: AbortSignal): Promise<string[]> {
  const { data } = privilegesSchema.safeParse(await adminAnswer(db, { connectionStatus: 1, showPrivileges: true }, signal));
  if (!data || data.authInfo.authenticatedUsers.length === 0) return [];
  const here = data.authInfo.authenticatedUserPrivileges.filter(
    ({ resource }) => resource.anyResource === true || resource.db === '' || resource.db === db.databaseName,
  );
  const allowed = new Set(here.flatMap(({ actions }) => actions));
  return wantedActions.filter((action) => !allowed.has(action));
}

async function membersOf(db: Db, signal: AbortSignal): Promise<MongoMember[] | null> {
  const answer = await adminAnswer(db, { replSetGetStatus: 1 }, signal);
  const { data } = statusSchema.safeParse(answer);
  if (!data) return null;
  const primary = data.members.find(({ stateStr }) => stateStr === 'PRIMARY')?.optimeDate?.getTime();
  return data.members.map(({ name, stateStr, health, optimeDate }) => ({
    name,
    state: stateStr,
    healthy: health === 1,
    behindMs: primary === undefined || stateStr !== 'SECONDARY' ? 0 : Math.max(0, primary - (optimeDate?.getTime() ?? primary)),
  }));
}

async function compatibilityOf(db: Db, signal: AbortSignal): Promise<string | null> {
  const answer = await adminAnswer(db, { getParameter: 1, featureCompatibilityVersion: 1 }, signal);
  return compatibilitySchema.safeParse(answer).data?.featureCompatibilityVersion.version ?? null;
}

/** Null: our user may not ask. */
const adminAnswer = async (db: Db, command: Record<string, unknown>, signal: AbortSignal): Promise<unknown> =>
  guardMongo(async () => db.admin().command(command), signal).catch(() => null);

const indexSchema = z.array(z.looseObject({ key: z.record(z.string(), z.unknown()) }));

/** Of collections that are there: the others are made with theirs. Order counts in an index's keys. */
async function missingIndexes(db: Db, collections: ReadonlySet<string>, signal: AbortSignal): Promise<string[]> {
  const missing: string[] = [];
  for (const [collection, wanted] of Object.entries({ ...galleryIndexes, snapshots: recordIndexes, documents: documentIndexes })) {
    if (!collections.has(collection)) continue;
    const found = indexSchema.parse(await guardMongo(async () => db.collection(collection).indexes(), signal));
    const known = new Set(found.map(({ key }) => keysOf(key)));
    missing.push(
      ...wanted
        .map(({ key }) => keysOf(key))
        .filter((keys) => !known.has(keys))
        .map((keys) => `${collection} (${keys})`),
    );
  }
  return missing;
}

/** Numbers of a server may be doubles or longs. */
const keysOf = (key: object): string =>
  Object.entries(key)
    .map(([field, order]) => `${field} ${String(order)}`)
    .join(', ');
