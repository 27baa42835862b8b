import { createHash, randomBytes } from 'node:crypto';
import { chatFileSchema } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { openJson, openedOrNull, sealJson } from '@watchpost/shared/jobs/sealed';
import { z } from 'zod';
import type { Original, Quarantine } from '../violations.ts';
import { countParts, pack, partsOf, unpack } from './quarantine-parts.ts';
import { violationKind } from './violation-document.ts';

/** One for each message and file that is kept; written last, so that what is half written is not there. */
const itemKind = 'quarantine';
const partKind = 'quarantine-part';

/** More files than a message can have. */
const mostItems = 100;
/** Parts of no item that are older are of a worker that was killed; younger ones may still be written. Milliseconds. */
const strayMs = 3_600_000;
/** Parts that are read at a time: a megabyte each. */
const partsAtOnce = 4;

const itemSchema = z.object({
  v: z.literal(1),
  violationId: z.string(),
  /** The platform's id of the file; null: what the message says. */
  fileId: z.string().nullable(),
  /** Of this attempt to write it: another one has parts of its own. */
  attempt: z.string(),
  parts: z.number().int().min(1),
  /** `detailsSchema`, sealed: a name may be what a rule does not allow. */
  sealed: z.string(),
});
type Item = z.infer<typeof itemSchema>;

const detailsSchema = z.object({ name: z.string().nullable(), isCompressed: z.boolean() });
const partSchema = z.object({ v: z.literal(1), sealed: z.string() });
const originalSchema = z.object({
  texts: z.array(z.object({ where: z.string(), text: z.string() })),
  files: z.array(chatFileSchema).exactOptional(),
});

type ItemOf = Pick<Item, 'violationId' | 'fileId'>;

const keyOf = (violationId: string): string => `violation:${violationId}`;
/** Of the parts of one item, whoever tried to write it. */
const partsKeyOf = (item: string): string => `item:${item}`;

/** Short whatever the platform's id is. */
const itemId = ({ violationId, fileId }: ItemOf): string =>
  fileId === null ? `${violationId}-message` : `${violationId}-${createHash('sha256').update(fileId).digest('hex').slice(0, 20)}`;

const partId = (item: Omit<Item, 'v' | 'sealed' | 'parts'>, number: number): string => `${itemId(item)}-${item.attempt}-${String(number)}`;

/** What is sealed under it cannot stand in another place, and none of several can be missing. */
const contextOf = (item: Omit<Item, 'v' | 'sealed'>, what: string): string =>
  JSON.stringify([item.violationId, item.fileId, item.attempt, item.parts, what]);

export interface QuarantineOptions {
  /** Secrets of QUARANTINE_KEY: the first one seals, all open. */
  keys: readonly string[] | undefined;
  /** How long an original is kept whose violation is not known. Others are kept as long as their violation. Milliseconds. */
  keepMs: number;
}

/** Originals of removed messages and files on a store of documents, encrypted. */
export function createQuarantine(documents: DocumentStore, { keys, keepMs }: QuarantineOptions): Quarantine {
  const envelope = envelopeOf(keys);

  async function keep(of: ItemOf, name: string | null, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const sealer = withKey(envelope);
    const { document } = await documents.get(itemKind, itemId(of), signal);
    if (document) {
      if (isReadable(toItem(document), sealer)) return;
      // Kept under a key that is not ours: what is removed now could not be put back.
      await documents.remove(itemKind, document.id, document.revision, signal);
      await removeParts(documents, toItem(document), signal);
    }
    const { packed, isCompressed } = await pack(bytes);
    const item = { ...of, attempt: randomBytes(6).toString('hex'), parts: countParts(packed) };
    const dates = await datesOf(documents, of.violationId, keepMs, signal);
    const common = { revision: 0, ...dates, keys: [keyOf(of.violationId)] };
    let number = 0;
    for (const part of partsOf(packed)) {
      const sealed = sealer.seal(part, contextOf(item, String(number))).toString('base64');
      const keysOfPart = [...common.keys, partsKeyOf(itemId(of))];
      await documents.put({ kind: partKind, id: partId(item, number), ...common, keys: keysOfPart, body: { v: 1, sealed } }, signal);
      number += 1;
    }
    const details = sealJson(sealer, { name, isCompressed }, contextOf(item, 'details'));
    const body: Item = { v: 1, ...item, sealed: details };
    try {
      await documents.put({ kind: itemKind, id: itemId(of), ...common, body }, signal);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // Another worker was faster.
      await removeParts(documents, item, signal);
    }
  }

  /** Null: a part of it is gone, because it is being erased. */
  async function read(item: Item, signal: AbortSignal): Promise<Uint8Array | null> {
    const sealer = withKey(envelope);
    const { isCompressed } = openJson(sealer, item.sealed, contextOf(item, 'details'), detailsSchema);
    const opened: Buffer[] = [];
    for (let from = 0; from < item.parts; from += partsAtOnce) {
      const numbers = Array.from({ length: Math.min(partsAtOnce, item.parts - from) }, (_, index) => from + index);
      const found = await documents.getAll(
        partKind,
        numbers.map((number) => partId(item, number)),
        signal,
      );
      const byId = new Map(found.map((each) => [each.id, each]));
      for (const number of numbers) {
        const part = byId.get(partId(item, number));
        if (!part) return null;
        const sealed = Buffer.from(partSchema.parse(part.body).sealed, 'base64');
        opened.push(sealer.open(sealed, contextOf(item, String(number))));
      }
    }
    return unpack(Buffer.concat(opened), isCompressed);
  }

  return {
    canKeep: envelope !== null,
    keepMessage: (violationId, original, signal) =>
      keep({ violationId, fileId: null }, null, Buffer.from(JSON.stringify(original)), signal),
    keepFile: (violationId, { fileId, name, bytes }, signal) => keep({ violationId, fileId }, name, bytes, signal),
    message: async (violationId, signal) => {
      const { document } = await documents.get(itemKind, itemId({ violationId, fileId: null }), signal);
      const bytes = document && (await read(toItem(document), signal));
      return bytes && toOriginal(bytes);
    },
    files: async (violationId, signal) => {
      const items = (await itemsOf(documents, violationId, signal)).map((each) => toItem(each));
      return items.flatMap((item) => {
        const { fileId } = item;
        if (fileId === null) return [];
        const { name } = openJson(withKey(envelope), item.sealed, contextOf(item, 'details'), detailsSchema);
        const bytes = async (): Promise<Uint8Array> => {
          const all = await read(item, signal);
          if (!all) throw new AppError('file-gone', 'it has been erased from quarantine');
          return all;
        };
        return [{ fileId, name, bytes }];
      });
    },
    erase: (violationId, signal) => erase(documents, violationId, signal),
  };
}

function envelopeOf(keys: readonly string[] | undefined): Envelope | null {
  const [first, ...others] = keys ?? [];
  return first === undefined ? null : createEnvelope([first, ...others], 'quarantine');
}

function withKey(envelope: Envelope | null): Envelope {
  if (!envelope) throw new AppError('quarantine-key-missing', 'QUARANTINE_KEY is not set: nothing can be kept in quarantine, or read');
  return envelope;
}

function isReadable(item: Item, envelope: Envelope): boolean {
  return openedOrNull(() => openJson(envelope, item.sealed, contextOf(item, 'details'), detailsSchema)) !== null;
}

/** Throws `internal` (transient) for one that another version wrote: its processes can read it. */
function toItem({ id, body }: StoredDocument): Item {
  const item = itemSchema.safeParse(body).data;
  if (!item) throw new AppError('internal', `quarantine ${id} was written by another version of watchpost`);
  return item;
}

/** The parser's errors quote what they cannot read: they go no further. */
function toOriginal(bytes: Uint8Array): Original {
  try {
    return originalSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    throw new AppError('envelope-unreadable', 'another version of watchpost kept it');
  }
}

/** Originals go together with their violation. */
async function datesOf(
  documents: DocumentStore,
  violationId: string,
  keepMs: number,
  signal: AbortSignal,
): Promise<{ atMs: number; expiresAtMs: number }> {
  const { document, nowMs } = await documents.get(violationKind, violationId, signal);
  const atMs = Math.floor(nowMs);
  return { atMs, expiresAtMs: document?.expiresAtMs ?? atMs + keepMs };
}

const itemsOf = async (documents: DocumentStore, violationId: string, signal: AbortSignal): Promise<StoredDocument[]> =>
  documents.find({ kind: itemKind, key: keyOf(violationId), order: 'oldest', limit: mostItems }, signal);

async function removeParts(documents: DocumentStore, item: Omit<Item, 'v' | 'sealed'>, signal: AbortSignal): Promise<void> {
  for (let number = 0; number < item.parts; number += 1) await documents.remove(partKind, partId(item, number), 1, signal);
}

/** First what is read first, so that nothing is found half erased; and what attempts left that never came to an end. */
async function erase(documents: DocumentStore, violationId: string, signal: AbortSignal): Promise<void> {
  const { nowMs } = await documents.get(itemKind, itemId({ violationId, fileId: null }), signal);
  const items = await itemsOf(documents, violationId, signal);
  for (const { id, revision } of items) await documents.remove(itemKind, id, revision, signal);
  for (const { id } of items) await removeFound(documents, { key: partsKeyOf(id) }, signal);
  await removeFound(documents, { key: keyOf(violationId), beforeMs: nowMs - strayMs }, signal);
}

async function removeFound(documents: DocumentStore, which: { key: string; beforeMs?: number }, signal: AbortSignal): Promise<void> {
  for (;;) {
    const parts = await documents.find({ kind: partKind, ...which, order: 'oldest', limit: partsAtOnce }, signal);
    for (const { id, revision } of parts) await documents.remove(partKind, id, revision, signal);
    if (parts.length < partsAtOnce) return;
  }
}
