import { planAdoption } from '../changes/adoption.ts';
import { createChange } from '../changes/change.ts';
import type { Actor } from '../domain.ts';
import type { Sync } from '../memory/sync.ts';
import type { Fault, GalleryStore, Repairs } from '../store.ts';
import { sweepOrphans, type Orphans, type SweepDeps } from './sweep.ts';

/** What people who edited the database left behind. */
export interface Findings {
  /** What cannot be read as it is; of a person, what it is shown as. */
  faults: (Fault & { shownAs: string | null })[];
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
  store: Pick<GalleryStore, 'edits'>;
  repairs: Repairs;
}

export function createCheckup(deps: CheckupDeps): Checkup {
  const { mirror, sync, store, repairs, transact } = deps;
  /**
   * What a repair writes counts as edited by hand. It is adopted as this actor's repair, before this process adopts it as an edit; if
   * another process is faster, the history tells both.
   */
  const repairFaults = async (faults: Findings['faults'], actor: Actor, signal: AbortSignal): Promise<void> => {
    const ids = new Set(faults.map(({ id }) => id));
    const by = { actor, summary: summaryOf(faults) };
    await transact(async (base) => {
      await repairs.repair(faults, signal);
      const { persons, faceIds } = await store.edits(signal);
      const repaired = { persons: persons.filter(({ id }) => ids.has(id)), faceIds: faceIds.filter((id) => ids.has(id)) };
      const adopted = planAdoption(mirror, base, repaired, by);
      const { changeset } = adopted ?? createChange(base).audited('repair', actor, by.summary);
      return { changeset, result: undefined };
    }, signal);
  };
  return {
    find: async (signal) => {
      await sync.ready(signal);
      const faults = await repairs.faults(signal);
      const shownAs = ({ kind, id }: Fault): string | null => (kind === 'person' ? (mirror.stored(id)?.name ?? null) : null);
      return { faults: faults.map((fault) => ({ ...fault, shownAs: shownAs(fault) })), orphans: mirror.orphans() };
    },
    repair: async ({ faults, orphans }, by, signal) => {
      if (faults.length > 0) await repairFaults(faults, by, signal);
      await sweepOrphans(
        deps,
        orphans.map(({ personId }) => personId),
        by,
        signal,
      );
    },
  };
}

/** Of the first few. */
function summaryOf(faults: Findings['faults']): string {
  const parts = faults.slice(0, 3).map(({ kind, problem, shownAs }) => `${shownAs ?? `a ${kind}`} (${problem})`);
  return `repaired: ${parts.join(', ')}${faults.length > 3 ? `, and ${faults.length - 3} more` : ''}`;
}
