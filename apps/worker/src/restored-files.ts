import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { isConflict } from '@watchpost/shared/documents/until-no-conflict';

const kind = 'restored-file';
/** Longer than an event of the platform can be late. Milliseconds. */
const keepMs = 7 * 86_400_000;

export interface RestoredDeps {
  documents: Pick<DocumentStore, 'put' | 'getAll'>;
  now: () => number;
}

/** Notes that a file of ours is one that an admin had put back. */
export async function markRestored(fileId: string, { documents, now }: RestoredDeps, signal: AbortSignal): Promise<void> {
  const nowMs = now();
  try {
    await documents.put({ kind, id: fileId, revision: 0, atMs: nowMs, keys: [], expiresAtMs: nowMs + keepMs, body: {} }, signal);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

/** Whether an admin had one of these files put back: then nobody looks at it, or at the message that brings it, again. */
export async function areRestored(
  fileIds: readonly string[],
  { documents }: Pick<RestoredDeps, 'documents'>,
  signal: AbortSignal,
): Promise<boolean> {
  return fileIds.length > 0 && (await documents.getAll(kind, fileIds, signal)).length > 0;
}
