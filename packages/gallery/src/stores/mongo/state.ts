import { randomUUID } from 'node:crypto';
import type { Document } from 'mongodb';
import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { galleryFormat, type Head } from '../../domain.ts';
import type { GalleryCollections } from './documents.ts';
import { pendingSchema, type PendingChange } from './pending.ts';

/** The `_id` of the one document in `state`. */
export const stateId = 'gallery';

/** How long jobs wait before they ask again, milliseconds. */
const newerRetryMs = 30_000;

export interface State extends Head {
  pending: PendingChange | null;
}

const stateSchema = z.object({
  epoch: z.string(),
  version: z.number(),
  nextNumber: z.number(),
  recent: z.array(z.object({ version: z.number(), id: z.string() })),
  now: z.date(),
});
const formatSchema = z.object({ format: z.number().default(galleryFormat), pending: z.object({ format: z.number() }).partial().nullish() });

/** The state of a gallery that nobody has written to. */
export function freshState(): Document {
  return { format: galleryFormat, epoch: randomUUID(), version: 0, nextNumber: 1, recent: [], pending: null };
}

/** Adds the database's clock to what is read of the state. */
export const withClock: Document = { $set: { now: '$$NOW' } };

/** Reads a document of the state (with `withClock`). Rejects with `database-newer`, and with `gallery-unavailable` if it is no state. */
export function parseState(document: Document): State {
  const formats = formatSchema.safeParse(document);
  if (!formats.success) throw unreadable(document, formats.error);
  const { format, pending } = formats.data;
  if (format > galleryFormat || (pending?.format ?? 0) > galleryFormat) throw newer();
  const state = stateSchema.safeParse(document);
  if (!state.success) throw unreadable(document, state.error);
  const { now, ...head } = state.data;
  const raw: unknown = document['pending'];
  if (raw === null || raw === undefined) return { ...head, nowMs: now.getTime(), pending: null };
  const change = pendingSchema.safeParse(raw);
  if (!change.success) throw newer(change.error);
  return { ...head, nowMs: now.getTime(), pending: change.data };
}

/** The state as it is now; creates the one of an empty gallery. */
export async function readState({ state }: Pick<GalleryCollections, 'state'>, signal: AbortSignal): Promise<State> {
  const read = async (): Promise<Document | undefined> => {
    const [found] = await state.aggregate([{ $match: { _id: stateId } }, withClock], { signal }).toArray();
    return found;
  };
  const found = await read();
  if (found && (found['epoch'] !== undefined || found['version'] === undefined)) return parseState(found);
  const { format, epoch, recent, ...rest } = freshState();
  const identity = { format, epoch, recent };
  // A state without an epoch is that of an early release.
  if (found) await state.updateOne({ _id: stateId, epoch: { $exists: false }, version: found['version'] }, { $set: identity });
  else await state.updateOne({ _id: stateId }, { $setOnInsert: { ...identity, ...rest } }, { upsert: true });
  const created = await read();
  if (!created) throw new AppError('gallery-unavailable', 'the state of the gallery was removed');
  return parseState(created);
}

function newer(cause?: unknown): AppError {
  return new AppError('database-newer', 'a newer release of watchpost keeps this database: update this process', {
    retryAfterMs: newerRetryMs,
    cause,
  });
}

function unreadable(document: Document, cause: unknown): AppError {
  const why =
    document['replacing'] === true
      ? 'the gallery is being restored from a file; if no restore is running, one did not finish: run it again'
      : `the document ${stateId} in the collection gallery was edited and cannot be read`;
  return new AppError('gallery-unavailable', why, { cause });
}
