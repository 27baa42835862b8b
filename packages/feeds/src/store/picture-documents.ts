import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';

const kind = 'feed-picture';
const partKind = 'feed-picture-part';
/** Of a picture in one document, as base64 a third more. MongoDB takes 16 MiB; smaller ones do not hold up others. Bytes. */
const partBytes = 768 * 1024;

const headSchema = z.object({
  mimeType: z.string(),
  sizeBytes: z.number().int(),
  parts: z.number().int(),
  /** The first part. */
  bytes: z.string(),
});

const partSchema = z.object({ bytes: z.string() });

const partId = (name: string, index: number): string => `${name}.${String(index)}`;

/** Keeps a picture under its name; one that is there already is written once more, with the new time of its end. */
export async function keepPicture(
  documents: DocumentStore,
  { name, bytes, mimeType, expiresAtMs }: { name: string; bytes: Uint8Array; mimeType: string; expiresAtMs: number | null },
  signal: AbortSignal,
): Promise<void> {
  const parts = Math.max(1, Math.ceil(bytes.byteLength / partBytes));
  const encoded = (index: number): string => Buffer.from(bytes.subarray(index * partBytes, (index + 1) * partBytes)).toString('base64');
  const write = async (id: { kind: string; id: string }, body: object): Promise<void> =>
    untilNoConflict(async () => {
      const { document, nowMs } = await documents.get(id.kind, id.id, signal);
      const revision = document?.revision ?? 0;
      await documents.put({ ...id, revision, atMs: Math.floor(nowMs), keys: [], expiresAtMs, body }, signal);
    }, signal);
  // The head comes last: whoever finds it finds all of it.
  for (let index = 1; index < parts; index += 1) await write({ kind: partKind, id: partId(name, index) }, { bytes: encoded(index) });
  await write({ kind, id: name }, { mimeType, sizeBytes: bytes.byteLength, parts, bytes: encoded(0) });
}

/** A picture by its name; null: there is none, or a part of it is missing. */
export async function readPicture(
  documents: DocumentStore,
  name: string,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; mimeType: string } | null> {
  const { document } = await documents.get(kind, name, signal);
  const head = headSchema.safeParse(document?.body).data;
  if (!head) return null;
  const ids = Array.from({ length: head.parts - 1 }, (_, index) => partId(name, index + 1));
  const found = ids.length === 0 ? [] : await documents.getAll(partKind, ids, signal);
  const others = ids.map((id) => partSchema.safeParse(found.find((part) => part.id === id)?.body).data?.bytes ?? '');
  const bytes = Buffer.concat([head.bytes, ...others].map((each) => Buffer.from(each, 'base64')));
  return bytes.byteLength === head.sizeBytes ? { bytes, mimeType: head.mimeType } : null;
}

/** Removes a picture. One that is gone is no error. */
export async function removePicture(documents: DocumentStore, name: string, signal: AbortSignal): Promise<void> {
  const { document } = await documents.get(kind, name, signal);
  if (!document) return;
  const parts = headSchema.safeParse(document.body).data?.parts ?? 1;
  await removeDocument(documents, kind, name, signal);
  for (let index = 1; index < parts; index += 1) await removeDocument(documents, partKind, partId(name, index), signal);
}
