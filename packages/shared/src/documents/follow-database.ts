import { toAppError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { pause } from '../wait.ts';
import type { DocumentStore, DocumentToPut, StoredDocument } from './document-store.ts';
import { assertReadable, documentsFormat, epochId, epochKind, newEpoch, newerDocuments, readEpoch, type EpochBody } from './epoch.ts';
import { isConflict } from './until-no-conflict.ts';

/** Why what was read before says nothing any more. */
export type Replacement = 'database-replaced' | 'database-went-back';

/** Notices that another history has taken the place of the one that a process has read from, and that a newer release has taken over. */
export interface FollowedDatabase {
  /** Calls `listener` each time the database was restored, replaced, emptied, or set back by its own tools. Returns how to stop that. */
  onReplaced(listener: (why: Replacement) => void): () => void;
  /** Whether a newer release keeps the documents: this process must wait. */
  isNewer(): boolean;
  /** Resolves after the signal has aborted. */
  done: Promise<void>;
}

export interface FollowOptions {
  documents: Pick<DocumentStore, 'get' | 'put'>;
  log: Logger;
  /** Between two looks, milliseconds. */
  everyMs?: number;
  /** Between two beats of the pulse, milliseconds. */
  beatMs?: number;
}

/** In which a replaced database is noticed, and a raised format. Milliseconds. */
export const lookMs = 500;
/**
 * The pulse is a write that all processes together make so often: a database that was set back to an earlier state, by whatever tool, has fewer
 * of them. Milliseconds.
 */
export const pulseMs = 2_000;

/** Raises the format of the documents to this release's, and waits until older processes have noticed. Creates the document. */
export async function takeOver(documents: Pick<DocumentStore, 'get' | 'put'>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { document, nowMs } = await documents.get(epochKind, epochId, signal);
    assertReadable(document);
    const body = readEpoch(document);
    if (document && body?.format === documentsFormat) return;
    try {
      const next = document && body ? { ...document, body: { ...body, format: documentsFormat } } : newEpoch(nowMs, document ?? undefined);
      await documents.put(next, signal);
      if (document && body) await pause(2 * lookMs, signal);
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

/** Follows it from now on. While the database is away, what was known last holds. */
export function followDatabase(options: FollowOptions, signal: AbortSignal): FollowedDatabase {
  const { log, everyMs = lookMs } = options;
  const listeners = new Set<(why: Replacement) => void>();
  let newer = false;
  const look = createLook(options, {
    replaced: (why, isFirst) => {
      // Whoever starts beside an empty database sees its first history begin: nothing has been replaced, but there is something to read.
      log[isFirst ? 'debug' : 'warn'](
        { reason: why },
        'another history of the database has taken the place of the one that was read: everything is read again',
      );
      for (const listener of listeners) listener(why);
    },
    newer: (is) => {
      if (is && !newer) log.error('a newer release keeps the documents: this process waits until it is updated');
      newer = is;
    },
  });
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      // While it is away, whoever uses it says so.
      await look(signal).catch((error: unknown) => log.debug({ err: toAppError(error) }, 'the epoch of the database could not be read'));
      await pause(everyMs, signal).catch(() => undefined);
    }
  };
  return {
    onReplaced: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    isNewer: () => newer,
    done: run(),
  };
}

/** What is compared of two looks. */
interface Seen {
  epoch: string;
  revision: number;
  atMs: number;
}

function createLook(
  { documents, beatMs = pulseMs }: FollowOptions,
  on: { replaced: (why: Replacement, isFirst: boolean) => void; newer: (is: boolean) => void },
): (signal: AbortSignal) => Promise<void> {
  /** Null: nobody has looked yet. `nothing`: there has been none so far. `gone`: there was one. */
  let seen: Seen | 'nothing' | 'gone' | null = null;

  const put = async (document: Parameters<DocumentStore['put']>[0], signal: AbortSignal): Promise<StoredDocument | null> => {
    try {
      return await documents.put(document, signal);
    } catch (error) {
      // Another process was faster: the next look finds what it wrote.
      if (isConflict(error)) return null;
      throw error;
    }
  };
  const keep = (document: StoredDocument, epoch: string): void => {
    seen = { epoch, revision: document.revision, atMs: document.atMs };
  };

  /** Nobody has written the document yet, or it is gone. */
  const begin = async (fresh: DocumentToPut, signal: AbortSignal): Promise<void> => {
    const wasThere = typeof seen === 'object' && seen !== null;
    if (wasThere) on.replaced('database-replaced', false);
    seen = wasThere || seen === 'gone' ? 'gone' : 'nothing';
    const begun = await put(fresh, signal);
    if (begun) keep(begun, readEpoch(begun)?.epoch ?? '');
  };

  return async (signal) => {
    const { document, nowMs } = await documents.get(epochKind, epochId, signal);
    const body = readEpoch(document);
    if (!document || !body) return begin(newEpoch(nowMs, document ?? undefined), signal);
    const why = seen && divergence(seen, { epoch: body.epoch, revision: document.revision, atMs: document.atMs });
    const isFirst = seen === 'nothing';
    // Told once, and before anything else: whoever hears of it begins to read again.
    keep(document, body.epoch);
    if (why) on.replaced(why, isFirst);
    on.newer(body.format > documentsFormat);
    if (body.format > documentsFormat) return;
    const next = nextBeat(document, body, { why, nowMs, beatMs });
    const written = next && (await put(next, signal));
    if (written) keep(written, readEpoch(written)?.epoch ?? body.epoch);
  };
}

/** What to write now; null: nothing. */
function nextBeat(
  document: StoredDocument,
  { format }: EpochBody,
  { why, nowMs, beatMs }: { why: Replacement | null; nowMs: number; beatMs: number },
): DocumentToPut | null {
  // A new epoch also tells those who slept meanwhile, and see the same number again.
  if (why === 'database-went-back') return newEpoch(nowMs, { revision: document.revision, format });
  // Also where the clock was set back.
  const isDue = nowMs - document.atMs >= beatMs || nowMs < document.atMs;
  return isDue ? { ...document, atMs: Math.floor(nowMs) } : null;
}

function divergence(before: Seen | 'nothing' | 'gone', now: Seen): Replacement | null {
  if (typeof before === 'string') return 'database-replaced';
  if (before.epoch !== now.epoch) return 'database-replaced';
  if (now.revision < before.revision) return 'database-went-back';
  return now.revision === before.revision && now.atMs !== before.atMs ? 'database-went-back' : null;
}

/** The documents, which answer nothing and take nothing while a newer release keeps them: methods reject with `database-newer`. */
export function unlessNewer(documents: DocumentStore, isNewer: () => boolean): DocumentStore {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isNewer()) throw newerDocuments();
    return work();
  };
  return {
    get: (kind, id, signal) => guarded(() => documents.get(kind, id, signal)),
    getAll: (kind, ids, signal) => guarded(() => documents.getAll(kind, ids, signal)),
    put: (document, signal) => guarded(() => documents.put(document, signal)),
    remove: (kind, id, revision, signal) => guarded(() => documents.remove(kind, id, revision, signal)),
    find: (query, signal) => guarded(() => documents.find(query, signal)),
    removeOld: (which, signal) => guarded(() => documents.removeOld(which, signal)),
    expire: (signal) => guarded(() => documents.expire(signal)),
  };
}
