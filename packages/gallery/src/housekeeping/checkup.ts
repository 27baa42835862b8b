import type { Actor } from '../domain.ts';
import type { Sync } from '../memory/sync.ts';
import type { Fault, Repairs } from '../store.ts';
import { sweepOrphans, type Orphans, type SweepDeps } from './sweep.ts';

/** What people who edited the database left behind. */
export interface Findings {
  /** What cannot be read as it is. */
  faults: Fault[];
  /** Faces of persons who were removed. */
  orphans: Orphans[];
}

/** For `watchpost check`. Rejects with `gallery-unavailable`. */
export interface Checkup {
  find(signal: AbortSignal): Promise<Findings>;
  /** Repairs the faults, and removes the faces of removed persons at once, however many they are. */
  repair(findings: Findings, by: Actor, signal: AbortSignal): Promise<void>;
}

export interface CheckupDeps extends Omit<SweepDeps, 'log'> {
  sync: Sync;
  repairs: Repairs;
}

export function createCheckup(deps: CheckupDeps): Checkup {
  const { mirror, sync, repairs } = deps;
  return {
    find: async (signal) => {
      await sync.ready(signal);
      const faults = await repairs.faults(signal);
      return { faults, orphans: mirror.orphans() };
    },
    repair: async ({ faults, orphans }, by, signal) => {
      await repairs.repair(faults, signal);
      await sweepOrphans(
        deps,
        orphans.map(({ personId }) => personId),
        by,
        signal,
      );
    },
  };
}
