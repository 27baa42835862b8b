import { setMaxListeners } from 'node:events';
import { BSON, MongoClient, MongoInvalidArgumentError, type Db } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';

export interface MongoConnection {
  db: Db;
  /** Whether there are change streams: on a replica set or a sharded cluster, not on a standalone server. */
  changeStreams: boolean;
  close: () => Promise<void>;
}

/**
 * Connects to the database in the connection string, or to `watchpost` if it names none. Other databases on the server (the Python
 * service's `facial_embeddings`) are not touched. Rejects with `gallery-unavailable`.
 */
export async function connectMongo(url: string, signal: AbortSignal): Promise<MongoConnection> {
  const client = new MongoClient(withoutConcerns(url), {
    appName: 'watchpost',
    maxPoolSize: 10,
    connectTimeoutMS: 5_000,
    serverSelectionTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    waitQueueTimeoutMS: 5_000,
    ignoreUndefined: true,
    readConcernLevel: 'local',
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
    // One document with broken text, written by another program, must not make a whole query fail.
    enableUtf8Validation: false,
  });
  const db = client.db(databaseName(url));
  const hello = await guardMongo(() => db.command({ hello: 1 }), signal).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  return { db, changeStreams: 'setName' in hello || hello['msg'] === 'isdbgrid', close: () => client.close() };
}

/** Options of a connection string that must not win: what is decided on is the newest, read from the primary, and a commit is durable. */
const concerns = new Set([
  'readpreference',
  'readpreferencetags',
  'maxstalenessseconds',
  'readconcernlevel',
  'w',
  'wtimeout',
  'wtimeoutms',
  'j',
  'journal',
  'fsync',
]);

function withoutConcerns(url: string): string {
  const [base = '', query] = url.split('?');
  if (query === undefined) return base;
  const kept = query.split('&').filter((option) => !concerns.has(option.split('=')[0]?.toLowerCase() ?? ''));
  return `${base}?${kept.join('&')}`;
}

/** The database in a connection string, or `watchpost`. */
export function databaseName(url: string): string {
  const named = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  return named ? decodeURIComponent(named) : 'watchpost';
}

/**
 * Runs one operation. Data that MongoDB will never take becomes `gallery-refused`, every other error of the database or the connection
 * `gallery-unavailable`. Rejects with `aborted` as soon as the signal aborts.
 */
export async function guardMongo<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal) {
    throwIfAborted(signal);
    // Each of the driver's cursors has a listener until it is closed: that is no leak, of which Node would warn.
    setMaxListeners(0, signal);
  }
  try {
    return await (signal ? raceAbort(work(), signal) : work());
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (signal) throwIfAborted(signal);
    if (isRefusal(error)) throw new AppError('gallery-refused', `MongoDB does not take the data: ${textOf(error)}`, { cause: error });
    throw new AppError('gallery-unavailable', `the operation on MongoDB failed: ${textOf(error)}`, { cause: error });
  }
}

/**
 * BadValue, FailedToParse, TypeMismatch, InvalidBSON, DocumentValidationFailure, BSONObjectTooLarge, KeyTooLong, and the documents too
 * large after an update (17419, 17420). https://github.com/mongodb/mongo/blob/v6.0/src/mongo/base/error_codes.yml
 */
const refusals = new Set<unknown>([2, 9, 14, 22, 121, 10_334, 17_280, 17_419, 17_420]);

/** Whether the same data would fail again: it is too large, or no valid BSON. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof BSON.BSONError || error instanceof MongoInvalidArgumentError) return true;
  // Thrown by the BSON library, which writes into a buffer of the largest size.
  if (error instanceof RangeError) return true;
  const each = writeErrorsOf(error);
  return each.length > 0 ? each.every(isRefusal) : refusals.has(codeOf(error));
}

/** Whether a write failed only because the document exists already. */
export function isDuplicateKey(error: unknown): boolean {
  const each = writeErrorsOf(error);
  return each.length > 0 ? each.every((one) => codeOf(one) === 11_000) : codeOf(error) === 11_000;
}

/** The errors of single writes of a bulk. */
export function writeErrorsOf(error: unknown): readonly unknown[] {
  const errors: unknown = error instanceof Error && 'writeErrors' in error ? error.writeErrors : undefined;
  if (Array.isArray(errors)) return errors;
  return errors === undefined ? [] : [errors];
}

/** Whether an index of this name or these keys exists with another definition: IndexOptionsConflict, IndexKeySpecsConflict. */
export function isIndexConflict(error: unknown): boolean {
  const code = codeOf(error instanceof AppError ? error.cause : error);
  return code === 85 || code === 86;
}

function codeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
}

/** A server's message can hold the whole document. */
function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
