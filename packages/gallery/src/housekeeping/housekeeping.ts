import { setImmediate as breathe } from 'node:timers/promises';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecords } from '../records/snapshot-record.ts';
import type { AuditStore, LastSeen, SightingStore } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import { personStatus, type AuditEntry, type StoredPerson } from '../domain.ts';
import { undoMs } from '../changes/operation.ts';
import { planForget, planMerge, withAudit, type Plan } from '../changes/plan.ts';
import type { Sync } from '../memory/sync.ts';
import type { ThresholdRow } from '../decide/thresholds.ts';
import type { Transact } from '../changes/transact.ts';
import { twinOf, type Twins } from './twins.ts';
import { pause } from '../memory/wait.ts';

export interface HousekeepingSettings {
  /** Milliseconds between two rounds. */
  everyMs: number;
  /** Unknowns that nobody named are forgotten when they were not seen for so long. Milliseconds. */
  unknownKeepMs: number;
}

export const defaultHousekeepingSettings: HousekeepingSettings = { everyMs: 60_000, unknownKeepMs: 90 * 24 * 3_600_000 };

export interface HousekeepingDeps {
  mirror: Mirror;
  sync: Sync;
  transact: Transact;
  sightings: SightingStore;
  audit: AuditStore;
  records: SnapshotRecords;
  log: Logger;
  thresholds: readonly ThresholdRow[];
  /** Faces of one model that a person keeps. */
  cap: number;
}

/** What the gallery does by itself from time to time. Every worker does it; what one has done the others find done. */
export interface Housekeeping {
  /** One round: erases what was deleted, drops the fingerprints of old frames, merges unknowns that turned out to be one, forgets unknowns long unseen. */
  round(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const actor = { id: 'watchpost' };
const facesAtATime = 20;
/** As long as a new frame may be compared with an old one (`SAME_FRAME_WINDOW_MS`). */
const framesKeepMs = 3_600_000;

export function createHousekeeping(deps: HousekeepingDeps, settings: HousekeepingSettings): Housekeeping {
  const { mirror, sync, transact, sightings, audit, records, log } = deps;
  /** Faces up to this version were compared with all others. */
  let comparedUpTo = 0;

  const change = async (action: AuditEntry['action'], plan: () => Plan | null, signal: AbortSignal): Promise<void> => {
    const summary = await transact((base) => {
      const planned = plan();
      return { changeset: planned && withAudit(planned, action, actor, base).changeset, result: planned?.summary };
    }, signal);
    if (summary !== undefined) log.info({ action, summary }, 'gallery kept tidy');
  };

  const stillUnknown = (person: StoredPerson): boolean => {
    const now = mirror.stored(person.id);
    return now !== null && now.mergedInto === null && personStatus(now) === 'unknown';
  };

  const mergeTwins = async ({ older, younger }: Twins, signal: AbortSignal): Promise<void> => {
    if (await seenTogether(older, younger, signal)) return;
    const both = (): boolean => stillUnknown(older) && stillUnknown(younger);
    await change('merge', () => (both() ? planMerge(mirror, younger.id, older.id, deps.cap) : null), signal);
  };

  /** Two faces in one picture are two persons, however similar. */
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
      signal.throwIfAborted();
      // Jobs come first: the comparison gives way after every few faces.
      if (index % facesAtATime === facesAtATime - 1) await breathe();
      const twins = twinOf(mirror, id, deps.thresholds);
      if (twins) await mergeTwins(twins, signal);
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
      await change('expire', () => (stillUnknown(person) ? planForget(mirror, person.id) : null), signal);
    }
  };

  const round = async (signal: AbortSignal): Promise<void> => {
    await sync.ready(signal);
    const erased = await audit.eraseDeleted(Date.now() - undoMs - 60_000, signal);
    if (erased > 0) log.info({ erased }, 'deleted persons and faces erased');
    await records.forgetFrames(Date.now() - framesKeepMs, signal);
    await compareFaces(signal);
    await expireUnknowns(signal);
  };

  const stop = new AbortController();
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      // Not all workers at the same moment.
      await pause(settings.everyMs * (0.5 + Math.random()), stop.signal);
      if (stop.signal.aborted) return;
      await round(stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) log.warn({ err: error }, 'housekeeping failed, tried again later');
      });
    }
  };
  const running = run();
  return {
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
