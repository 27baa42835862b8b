import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { raceAbort } from '@watchpost/shared/wait';
import type { Head } from '../domain.ts';
import type { GalleryMetrics } from '../metrics.ts';
import type { ChangeBatch, GalleryStore } from '../store.ts';
import { takeCensus } from './census.ts';
import { coalesce } from './concurrency.ts';
import { divergence } from './divergence.ts';
import { createFaultLog } from './fault-log.ts';
import type { Mirror } from './mirror.ts';

/** Why the database cannot be read, and for how long that has been so: from the first failed attempt to the last one. */
export interface ReadFailure {
  error: AppError;
  forMs: number;
}

/** Reads the database into the mirror. */
export interface Reader {
  ready: (signal: AbortSignal) => Promise<void>;
  isReady: () => boolean;
  /** Null if the last attempt succeeded, or is the first. `database-newer`: a newer release keeps the gallery. */
  failure: () => ReadFailure | null;
  /** Reads everything with a newer version; the mirror is then complete up to the head that this resolves to. */
  catchUp: () => Promise<Head>;
  /** The next `catchUp` reads everything again; until then it is not ready. */
  doubt: (why: string) => void;
  /** Compares the ids of all persons and faces with the database, to find what was removed or put back by hand. */
  census: () => Promise<void>;
  /** When the mirror was last known to equal the database, milliseconds since 1970. */
  verifiedAtMs(): number;
}

export interface ReaderDeps {
  store: GalleryStore;
  mirror: Mirror;
  metrics: GalleryMetrics;
  log: Logger;
  /** False: no vectors. `newest`: those of the last commits before the start, and all later ones. */
  embeddings: boolean | 'newest';
}

/** Tombstones are kept for some days only: after a longer outage deletions may have been missed. */
const longOutageMs = 24 * 3_600_000;

/** More commits than a search index in the database can be behind. */
const newestCommits = 2_000;

export function createReader({ store, mirror, metrics, log, embeddings }: ReaderDeps, signal: AbortSignal): Reader {
  const faults = createFaultLog({ metrics, log });
  const complete = createGate((isOpen) => metrics.ready.set(isOpen ? 1 : 0));
  let failure: ReadFailure | null = null;
  let failingSinceMs = 0;
  let verifiedAtMs = Date.now();
  /** Why everything must be read again; null if it need not be. */
  let reloadReason: string | null = 'start';

  const read = async (since: number, report: (faces: number) => void = () => undefined): Promise<Head> => {
    let faces = 0;
    const take = (batch: ChangeBatch): void => {
      mirror.apply(batch);
      faults.take(batch);
      report((faces += batch.faces.length));
    };
    return store.changes(since, { embeddings: embeddings === 'newest' ? since > 0 : embeddings }, take, signal);
  };

  const reload = async (reason: string): Promise<Head> => {
    reloadReason = reason;
    complete.close();
    metrics.reloads.inc({ reason });
    const startMs = performance.now();
    mirror.clear();
    faults.clear();
    let head = await read(0, createProgress(log));
    if (embeddings === 'newest') head = await read(Math.max(1, head.version - newestCommits));
    mirror.head = head;
    log.info({ ...mirror.counts(), version: head.version, reason, elapsedMs: Math.round(performance.now() - startMs) }, 'gallery read');
    reloadReason = null;
    return head;
  };

  const readChanges = async (startedAtMs: number): Promise<Head> => {
    if (reloadReason !== null) return reload(reloadReason);
    const head = await store.head(signal);
    const reason = startedAtMs - verifiedAtMs > longOutageMs ? 'long-outage' : divergence(mirror.head, head);
    if (reason !== null) return reload(reason);
    if (head.version === mirror.head.version) return (mirror.head = head);
    const after = await read(mirror.head.version);
    // It may have been replaced between the two.
    const since = divergence(head, after);
    return since === null ? (mirror.head = after) : reload(since);
  };

  const catchUp = coalesce(async (): Promise<Head> => {
    const startedAtMs = Date.now();
    try {
      const head = await readChanges(startedAtMs);
      verifiedAtMs = startedAtMs;
      failure = null;
      complete.open();
      return head;
    } catch (error) {
      // What a newer release decides by is not known here: jobs wait for an update.
      if (!failure) failingSinceMs = performance.now();
      failure = { error: toAppError(error), forMs: performance.now() - failingSinceMs };
      if (failure.error.code === 'database-newer') complete.close();
      throw error;
    } finally {
      const counts = mirror.counts();
      metrics.persons.set(counts.persons);
      metrics.faces.set(counts.faces);
    }
  });

  const census = coalesce(async () => {
    if (complete.isOpen()) await takeCensus({ store, mirror, faults, embeddings: embeddings === true, catchUp }, signal);
  });

  return {
    ready: complete.wait,
    isReady: complete.isOpen,
    failure: () => failure,
    catchUp,
    doubt: (why) => {
      reloadReason ??= why;
      complete.close();
    },
    census,
    verifiedAtMs: () => verifiedAtMs,
  };
}

/** Whoever waits goes on when it is opened. Closed at first. */
function createGate(onChange: (isOpen: boolean) => void) {
  let isOpen = false;
  let waiting: (() => void)[] = [];
  const set = (open: boolean): void => {
    isOpen = open;
    onChange(open);
  };
  return {
    isOpen: () => isOpen,
    wait: async (signal: AbortSignal) => {
      if (!isOpen) await raceAbort(new Promise<void>((resolve) => waiting.push(resolve)), signal);
    },
    close: () => set(false),
    open: () => {
      set(true);
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}

/** Logs how many faces were read, now and then. */
function createProgress(log: Logger): (faces: number) => void {
  let reported = 0;
  return (faces) => {
    if (faces - reported < 10_000) return;
    reported = faces;
    log.info({ faces }, 'reading the gallery');
  };
}
