import { randomUUID } from 'node:crypto';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { pause, raceAbort } from '@watchpost/shared/wait';
import { undoMs } from '../gallery.ts';
import type { Sync } from '../memory/sync.ts';
import { fingerprintsKeepMs, type SnapshotRecords } from '../records/snapshot-record.ts';
import type { Eraser, Upkeep } from '../store.ts';
import type { Assessor } from './assessor.ts';
import { createCompareFaces } from './compare.ts';
import type { Finding } from './find-same.ts';
import { createUnknownsCare, type UnknownsCare, type UnknownsDeps } from './unknowns.ts';
import { createSweep, defaultSweepSettings, type SweepSettings } from './sweep.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export interface HousekeepingSettings {
  /** Milliseconds between two rounds, on average. */
  everyMs: number;
  /** CPU time that one round spends on comparing faces. Milliseconds. */
  compareMs: number;
  /** Unnamed unknowns that were not seen for this long are forgotten. Milliseconds. */
  unknownKeepMs: number;
  /** Named people who were not seen for this long are forgotten; null: never. Milliseconds. */
  namedKeepMs: number | null;
  /** So many people are forgotten in one round: each is a transaction, and the rest of the round waits for them. */
  mostExpired: number;
  /** Audit entries are kept for this long. Milliseconds. */
  auditKeepMs: number;
  sweep: SweepSettings;
}

export const defaultHousekeepingSettings: HousekeepingSettings = {
  everyMs: minuteMs,
  compareMs: 1_000,
  unknownKeepMs: 90 * dayMs,
  namedKeepMs: null,
  mostExpired: 300,
  auditKeepMs: 400 * dayMs,
  sweep: defaultSweepSettings,
};

export interface HousekeepingDeps extends UnknownsDeps {
  sync: Sync;
  eraser: Eraser;
  upkeep: Upkeep;
  records: SnapshotRecords;
  documents: DocumentStore;
  assessor: Assessor;
  /** How long sightings are kept. Milliseconds. */
  sightingsKeepMs: number;
}

/** What a round did. */
export interface HousekeepingRound {
  /** Persons and faces erased for good. */
  erased: number;
  /** People forgotten because they were not seen for long: unknowns whom nobody named, and named ones where that is wanted. */
  expired: number;
  /** Persons removed by hand whose faces were removed. */
  swept: number;
  /** Faces compared with all others, and what that cost. */
  compared: number;
  compareCpuMs: number;
  /** Unknowns merged into whom they are. */
  merged: number;
  /** Unknowns of whom it was noted whom they may be, or that they may be nobody. */
  suggested: number;
  /** Faces are left to compare, or people to forget: the next round comes sooner. */
  unfinished: boolean;
}

/** Regular maintenance. Every worker offers to do it; one at a time does. */
export interface Housekeeping {
  /** Starts the rounds. */
  start(): void;
  /** One round; resolves to what it did, or to null if another process keeps house. */
  round(signal: AbortSignal): Promise<HousekeepingRound | null>;
  /** Erases at once what is due, without a round, whoever keeps house. Resolves to the number of persons and faces. */
  erase(signal: AbortSignal): Promise<number>;
  /** From now on nothing is erased before this has resolved: whoever needs something of what is due reads it then. One caller. */
  beforeErasing(prepare: (signal: AbortSignal) => Promise<void>): void;
  close(): Promise<void>;
}

/** How many rounds may be missed before another process takes over from one that was killed. */
const leaseRounds = 5;
/** While faces are left to compare, rounds come so many times as often. */
const hurry = 6;
/** A process that closes gives its lease back, but does not wait long for a database that does not answer. */
const giveBackMs = 2_000;

const isIdle = ({ erased, expired, swept, compared }: HousekeepingRound): boolean => erased + expired + swept + compared === 0;

async function expire(
  unknowns: UnknownsCare,
  { unknownKeepMs, namedKeepMs, mostExpired }: HousekeepingSettings,
  nowMs: number,
  signal: AbortSignal,
): Promise<number> {
  const expired = await unknowns.expire('unknown', { beforeMs: nowMs - unknownKeepMs, most: mostExpired }, signal);
  if (namedKeepMs === null) return expired;
  return expired + (await unknowns.expire('named', { beforeMs: nowMs - namedKeepMs, most: mostExpired - expired }, signal));
}

export function createHousekeeping(deps: HousekeepingDeps, settings: HousekeepingSettings): Housekeeping {
  const { sync, eraser, upkeep, records, documents, log } = deps;
  const holder = randomUUID();
  const compareFaces = createCompareFaces(deps);
  const unknowns = createUnknownsCare(deps);
  const sweep = createSweep(deps, settings.sweep);
  const retention = {
    deletedMs: undoMs + minuteMs,
    auditMs: settings.auditKeepMs,
    mergedMs: deps.sightingsKeepMs + dayMs,
  };
  let hasLease = false;
  let prepare: Parameters<Housekeeping['beforeErasing']>[0] = async () => undefined;
  const erase = async (signal: AbortSignal): Promise<number> => {
    await prepare(signal);
    return eraser.erase(retention, signal);
  };

  const compare = async (comparedUpTo: number, signal: AbortSignal) => {
    let [merged, suggested] = [0, 0];
    const onFinding = async (finding: Finding): Promise<void> => {
      if (!(await unknowns.settle(finding, signal))) return;
      if (finding.kind === 'same') merged += 1;
      else suggested += 1;
    };
    const { faces, upTo, unfinished, cpuMs } = await compareFaces(comparedUpTo, settings.compareMs, onFinding, signal);
    if (upTo !== comparedUpTo) await upkeep.compared(holder, upTo, signal);
    return { compared: faces, compareCpuMs: Math.round(cpuMs), merged, suggested, unfinished };
  };

  const round = async (signal: AbortSignal): Promise<HousekeepingRound | null> => {
    await sync.ready(signal);
    const lease = await upkeep.lease(holder, leaseRounds * settings.everyMs, signal);
    hasLease = lease !== null;
    if (!lease) return null;
    const { nowMs } = await raceAbort(sync.catchUp(), signal);
    const erased = await erase(signal);
    await records.forgetFrames(nowMs - fingerprintsKeepMs, signal);
    await documents.expire(signal);
    const expired = await expire(unknowns, settings, nowMs, signal);
    const swept = await sweep(signal);
    const compared = await compare(lease.comparedUpTo, signal);
    const done = { erased, expired, swept, ...compared, unfinished: compared.unfinished || expired >= settings.mostExpired };
    log[isIdle(done) ? 'debug' : 'info'](done, 'housekeeping done');
    return done;
  };

  const stop = new AbortController();
  const run = async (): Promise<void> => {
    for (let waitMs = settings.everyMs; ;) {
      // With jitter, so that not all workers ask at the same moment.
      await pause(waitMs * (0.5 + Math.random()), stop.signal);
      waitMs = settings.everyMs;
      try {
        const done = await round(stop.signal);
        if (done?.unfinished) waitMs /= hurry;
      } catch (error) {
        if (!stop.signal.aborted) log.warn({ err: error }, 'housekeeping failed, retrying later');
      }
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
    erase,
    beforeErasing: (next) => {
      prepare = next;
    },
    close: async () => {
      stop.abort();
      await running;
      // If this fails, the lease ends by itself.
      if (hasLease) await upkeep.lease(holder, 0, AbortSignal.timeout(giveBackMs)).catch(() => undefined);
    },
  };
}
