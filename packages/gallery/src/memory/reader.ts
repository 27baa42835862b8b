import { raceAbort } from '@watchpost/shared/wait';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { GalleryMetrics } from '../metrics.ts';
import type { GalleryStore } from '../store.ts';
import type { Mirror } from './mirror.ts';
import type { Head } from '../domain.ts';
import { coalesce } from './wait.ts';

/** Reads the database into the mirror. */
export interface Reader {
  ready: (signal: AbortSignal) => Promise<void>;
  isReady: () => boolean;
  /** Reads what is new by version; the mirror is then complete up to the head that it resolves to. */
  catchUp: () => Promise<Head>;
  /** Compares all persons, and the ids of all faces where `faces`, with what is there: finds what was written by hand. */
  census(faces: boolean): Promise<void>;
  /** Since when the mirror may differ from the database, milliseconds since 1970. */
  verifiedAtMs(): number;
}

export interface ReaderDeps {
  store: GalleryStore;
  mirror: Mirror;
  metrics: GalleryMetrics;
  log: Logger;
  /** False: without vectors. `newest`: with those of the last commits before the start, and of everything from then on. */
  embeddings: boolean | 'newest';
}

/** Tombstones are kept for days only: after a longer silence deletions may have been missed. */
const longSilenceMs = 24 * 3_600_000;

/** More than are made while a search index in the database lags behind. */
const newestCommits = 2_000;

export function createReader({ store, mirror, metrics, log, embeddings }: ReaderDeps, signal: AbortSignal): Reader {
  let ready = false;
  let waiting: (() => void)[] = [];
  let verifiedAtMs = Date.now();
  /** Why everything must be read again; null when it need not. */
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

  const takeInNews = async (startedAtMs: number): Promise<Head> => {
    if (reloadReason !== null) return reload(reloadReason);
    const { version } = await store.head(signal);
    // A database that went back (restored, dropped) shares no history with the mirror.
    if (version < mirror.head.version) return reload((reloadReason = 'database-went-back'));
    if (startedAtMs - verifiedAtMs > longSilenceMs) return reload((reloadReason = 'long-silence'));
    return version > mirror.head.version ? read(mirror.head.version) : mirror.head;
  };

  const catchUp = coalesce(async (): Promise<Head> => {
    const startedAtMs = Date.now();
    const head = await takeInNews(startedAtMs);
    const counts = mirror.counts();
    metrics.persons.set(counts.persons);
    metrics.faces.set(counts.faces);
    verifiedAtMs = startedAtMs;
    return head;
  });

  const census = async (faces: boolean): Promise<void> => {
    if (!ready) return;
    const knownUpTo = mirror.head.version;
    const counted = await store.census({ faces }, signal);
    const missing = mirror.reconcile(counted, knownUpTo);
    if (missing.length === 0) return;
    await catchUp();
    if (missing.every((id) => mirror.face(id))) return;
    log.warn({ faces: missing.length }, 'faces appeared that no change told of');
    reloadReason = 'unknown-faces';
    await catchUp();
  };
  const fullCensus = coalesce(() => census(true));
  const personCensus = coalesce(() => census(false));

  return {
    ready: (signal) => (ready ? Promise.resolve() : raceAbort(new Promise<void>((resolve) => waiting.push(resolve)), signal)),
    isReady: () => ready,
    catchUp,
    census: (faces) => (faces ? fullCensus() : personCensus()),
    verifiedAtMs: () => verifiedAtMs,
  };
}
