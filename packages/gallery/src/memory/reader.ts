import { raceAbort } from '@watchpost/shared/wait';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { GalleryMetrics } from '../metrics.ts';
import type { GalleryStore } from '../store.ts';
import type { Mirror } from './mirror.ts';
import type { Head } from '../domain.ts';
import { coalesce } from './concurrency.ts';

/** Reads the database into the mirror. */
export interface Reader {
  ready: (signal: AbortSignal) => Promise<void>;
  isReady: () => boolean;
  /** Reads everything with a newer version; the mirror is then complete up to the head that this resolves to. */
  catchUp: () => Promise<Head>;
  /** Compares all persons (with `faces`: and the ids of all faces) with the database, to find edits made by hand. */
  reconcile(faces: boolean): Promise<void>;
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
  let ready = false;
  let waiting: (() => void)[] = [];
  let verifiedAtMs = Date.now();
  /** Why everything must be read again; null if it need not be. */
  let reloadReason: string | null = 'start';

  const read = async (since: number, report: (faces: number) => void = () => undefined): Promise<Head> => {
    let read = 0;
    const take = (batch: Parameters<Mirror['apply']>[0]): void => {
      mirror.apply(batch);
      report((read += batch.faces.length));
    };
    mirror.head = await store.changes(since, { embeddings: embeddings === 'newest' ? since > 0 : embeddings }, take, signal);
    return mirror.head;
  };

  const reload = async (reason: string): Promise<Head> => {
    ready = false;
    metrics.ready.set(0);
    metrics.reloads.inc({ reason });
    const startMs = performance.now();
    mirror.clear();
    let reported = 0;
    const head = await read(0, (faces) => {
      if (faces - reported < 10_000) return;
      reported = faces;
      log.info({ faces }, 'reading the gallery');
    });
    if (embeddings === 'newest') await read(Math.max(1, head.version - newestCommits));
    log.info({ ...mirror.counts(), version: head.version, reason, elapsedMs: Math.round(performance.now() - startMs) }, 'gallery read');
    reloadReason = null;
    ready = true;
    metrics.ready.set(1);
    for (const resolve of waiting) resolve();
    waiting = [];
    return head;
  };

  const readChanges = async (startedAtMs: number): Promise<Head> => {
    if (reloadReason !== null) return reload(reloadReason);
    const { version } = await store.head(signal);
    // The database was restored or dropped: it shares no history with the mirror.
    if (version < mirror.head.version) return reload((reloadReason = 'database-went-back'));
    if (startedAtMs - verifiedAtMs > longOutageMs) return reload((reloadReason = 'long-outage'));
    return version > mirror.head.version ? read(mirror.head.version) : mirror.head;
  };

  const catchUp = coalesce(async (): Promise<Head> => {
    const startedAtMs = Date.now();
    const head = await readChanges(startedAtMs);
    const counts = mirror.counts();
    metrics.persons.set(counts.persons);
    metrics.faces.set(counts.faces);
    verifiedAtMs = startedAtMs;
    return head;
  });

  const reconcile = async (faces: boolean): Promise<void> => {
    if (!ready) return;
    const knownUpTo = mirror.head.version;
    const missing = mirror.reconcile(await store.inventory({ faces }, signal), knownUpTo);
    if (missing.length === 0) return;
    await catchUp();
    if (missing.every((id) => mirror.face(id))) return;
    log.warn({ faces: missing.length }, 'faces were added by hand, the gallery is read again');
    reloadReason = 'unknown-faces';
    await catchUp();
  };
  const reconcileAll = coalesce(() => reconcile(true));
  const reconcilePersons = coalesce(() => reconcile(false));

  return {
    ready: (signal) => (ready ? Promise.resolve() : raceAbort(new Promise<void>((resolve) => waiting.push(resolve)), signal)),
    isReady: () => ready,
    catchUp,
    reconcile: (faces) => (faces ? reconcileAll() : reconcilePersons()),
    verifiedAtMs: () => verifiedAtMs,
  };
}
