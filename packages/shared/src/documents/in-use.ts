import { pause } from '../wait.ts';
import type { DocumentStore } from './document-store.ts';
import { epochId, epochKind } from './epoch.ts';
import { pulseMs } from './follow-database.ts';

/** Whoever runs writes the pulse more often than this. Milliseconds. */
const silentMs = 3 * pulseMs;
const everyMs = 250;

/** Whether a process works with the database: its pulse beats. Takes some seconds where one did lately. Rejects with `gallery-unavailable`. */
export async function isInUse(documents: Pick<DocumentStore, 'get'>, signal: AbortSignal): Promise<boolean> {
  const first = await documents.get(epochKind, epochId, signal);
  if (!first.document) return false;
  for (let { nowMs } = first; nowMs - first.document.atMs < silentMs;) {
    await pause(everyMs, signal);
    const now = await documents.get(epochKind, epochId, signal);
    if (now.document?.revision !== first.document.revision) return true;
    ({ nowMs } = now);
  }
  return false;
}
