import { setImmediate as breathe } from 'node:timers/promises';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import { fingerprintsKeepMs, type SnapshotRecords } from '../records/snapshot-record.ts';
import type { Eraser, SightingStore } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import { personStatus, type AuditEntry, type Head, type LastSeen, type StoredPerson } from '../domain.ts';
import { undoMs } from '../gallery.ts';
import { planForget, planMerge, type Plan } from '../changes/plan.ts';
import type { Sync } from '../memory/sync.ts';
import type { ThresholdRow } from '../decide/thresholds.ts';
import type { Transact } from '../changes/transact.ts';
import { findDuplicate, type DuplicatePair } from './duplicates.ts';

export interface HousekeepingSettings {
  /** Milliseconds between two rounds, on average. */
  everyMs: number;
  /** Unnamed unknowns that were not seen for this long are forgotten. Milliseconds. */
  unknownKeepMs: number;
}

export const defaultHousekeepingSettings: HousekeepingSettings = { everyMs: 60_000, unknownKeepMs: 90 * 24 * 3_600_000 };

export interface HousekeepingDeps {
  mirror: Mirror;
  sync: Sync;
  transact: Transact;
  sightings: SightingStore;
  eraser: Eraser;
  records: SnapshotRecords;
  log: Logger;
  thresholds: readonly ThresholdRow[];
  /** References of one model that a person keeps. */
  cap: number;
}

/** Regular maintenance. Every worker does it; they do not conflict. */
export interface Housekeeping {
  /** Starts the rounds. */
  start(): void;
  /** One round: erases deleted data, removes the fingerprints of old frames, merges duplicate unknowns, forgets unknowns not seen for long. */
  round(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const actor = { id: 'watchpost' };
const facesAtATime = 20;

export function createHousekeeping(deps: HousekeepingDeps, settings: HousekeepingSettings): Housekeeping {
  const { mirror, sync, transact, sightings, eraser, records, log } = deps;
  /** Faces up to this version have already been compared with all others. */
  let comparedUpTo = 0;

  const change = async (action: AuditEntry['action'], plan: (base: Head) => Plan | null, signal: AbortSignal): Promise<void> => {
    const summary = await transact((base) => {
      const planned = plan(base);
      return { changeset: planned && planned.change.audited(action, actor, planned.summary).changeset, result: planned?.summary };
    }, signal);
    if (summary !== undefined) log.info({ action, summary }, 'housekeeping changed the gallery');
  };

  const stillUnknown = (person: StoredPerson): boolean => {
    const now = mirror.stored(person.id);
    return now !== null && now.mergedInto === null && personStatus(now) === 'unknown';
  };

  const mergeDuplicates = async ({ older, younger }: DuplicatePair, signal: AbortSignal): Promise<void> => {
    if (await seenTogether(older, younger, signal)) return;
    const both = (): boolean => stillUnknown(older) && stillUnknown(younger);
    await change('merge', (base) => (both() ? planMerge(mirror, base, { from: younger.id, into: older.id }, deps.cap) : null), signal);
  };

  /** Two faces in one picture belong to two persons, however similar they are. */
  const seenTogether = async (one: StoredPerson, other: StoredPerson, signal: AbortSignal): Promise<boolean> => {
    const seen = await sightings.ofPersons([one.id, other.id], 1_000, signal);
    const shows = (faces: { personId: string | null }[], id: string): boolean => faces.some(({ personId }) => personId === id);
    return seen.some(({ faces }) => shows(faces, one.id) && shows(faces, other.id));
  };

  const compareFaces = async (signal: AbortSignal): Promise<void> => {
    const upTo = mirror.head.version;
    const unknowns = mirror.persons().filter((person) => personStatus(person) === 'unknown');
    const fresh = unknowns.flatMap(({ id }) => mirror.facesOf(id)).filter(({ version }) => version > comparedUpTo);
    for (const [index, { id }] of fresh.entries()) {
      throwIfAborted(signal);
      // Yields to jobs after every few faces.
      if (index % facesAtATime === facesAtATime - 1) await breathe();
      const pair = findDuplicate(mirror, id, deps.thresholds);
      if (pair) await mergeDuplicates(pair, signal);
    }
    comparedUpTo = upTo;
  };

  const expireUnknowns = async (signal: AbortSignal): Promise<void> => {
    const beforeMs = Date.now() - settings.unknownKeepMs;
    const ids = mirror.idsByPerson();
    const old = mirror.persons().filter((person) => personStatus(person) === 'unknown' && person.createdAtMs < beforeMs);
    if (old.length === 0) return;
    const lastSeen = await sightings.lastSeen(null, signal);
    for (const person of old) {
      if (seenSince(ids.get(person.id) ?? [], lastSeen, beforeMs)) continue;
      await change('expire', (base) => (stillUnknown(person) ? planForget(mirror, base, person.id) : null), signal);
    }
  };

  const round = async (signal: AbortSignal): Promise<void> => {
    await sync.ready(signal);
    const erased = await eraser.eraseDeleted(Date.now() - undoMs - 60_000, signal);
    if (erased > 0) log.info({ erased }, 'deleted persons and faces erased');
    await records.forgetFrames(Date.now() - fingerprintsKeepMs, signal);
    await compareFaces(signal);
    await expireUnknowns(signal);
  };

  const stop = new AbortController();
  const run = async (): Promise<void> => {
    for (;;) {
      // With jitter, so that not all workers do it at the same moment.
      await pause(settings.everyMs * (0.5 + Math.random()), stop.signal);
      await round(stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) log.warn({ err: error }, 'housekeeping failed, retrying later');
      });
    }
  };
  let running: Promise<void> = Promise.resolve();
  return {
    start: () => {
      running = run().catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      });
    },
    round,
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

function seenSince(ids: readonly string[], lastSeen: Map<string, LastSeen>, sinceMs: number): boolean {
  return ids.some((id) => (lastSeen.get(id)?.atMs ?? 0) >= sinceMs);
}
