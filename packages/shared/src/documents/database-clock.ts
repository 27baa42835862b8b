import type { DocumentStore } from './document-store.ts';

/** What time it is by the database's clock, milliseconds since 1970. What goes for good by its age goes by that: a process's own clock may be wrong. */
export const databaseNow = async (documents: Pick<DocumentStore, 'get'>, signal: AbortSignal): Promise<number> =>
  (await documents.get('clock', '', signal)).nowMs;
