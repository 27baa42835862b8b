import type { DocumentStore } from './document-store.ts';
import { untilNoConflict } from './until-no-conflict.ts';

/** Removes a document, whoever else writes it meanwhile. One that is gone is no error. */
export async function removeDocument(documents: DocumentStore, kind: string, id: string, signal: AbortSignal): Promise<void> {
  await untilNoConflict(async () => {
    const { document } = await documents.get(kind, id, signal);
    if (document) await documents.remove(kind, id, document.revision, signal);
  }, signal);
}
