import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import type { Place, Subject } from '@watchpost/privacy/receipts/place';
import { dialogKind } from '@watchpost/talk/dialogs';
import { z } from 'zod';
import { namesIn } from './names-in.ts';
import { stringsIn } from './strings-in.ts';

const bodySchema = z.object({ data: z.unknown() });
const pageSize = 200;

/** Conversations in which somebody is named, or may be chosen. They end: whoever is in one begins anew. */
export function dialogsPlace(documents: DocumentStore): Place {
  return {
    what: ['conversations'],
    byName: true,
    count: async (subject, signal) => ({ conversations: (await idsAbout(subject, documents, signal)).length }),
    erase: async (subject, signal) => {
      for (const id of await idsAbout(subject, documents, signal)) await removeDocument(documents, dialogKind, id, signal);
    },
    waitsFor: 'somebody is in the middle of one',
  };
}

async function idsAbout({ names, personIds }: Subject, documents: DocumentStore, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id, body } of eachDocument(documents, { kind: dialogKind }, pageSize, signal)) {
    const texts = stringsIn(bodySchema.safeParse(body).data?.data);
    if (texts.some((text) => personIds.includes(text) || namesIn(text, names))) ids.push(id);
  }
  return ids;
}
