import { randomUUID } from 'node:crypto';
import type { Logger } from '@watchpost/shared/observability/logger';
import { tracesOf, type TraceDeps } from '../changes/plan-forget.ts';
import type { Transact } from '../changes/transact.ts';
import type { Actor, AuditEntry, Changeset, Head, PersonChange } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';

/** The faces of a person whom somebody removed from the database by hand. */
export type Orphans = ReturnType<Mirror['orphans']>[number];

export interface SweepDeps extends TraceDeps {
  transact: Transact;
  log: Logger;
}

export interface SweepSettings {
  /** How long a person must have been missing: an operator may be about to put the row back. Milliseconds. */
  missingMs: number;
  /** Of more persons than this share of all, and more than `fewPersons`, nothing is swept: that is more likely a mishap than a wish. */
  share: number;
  fewPersons: number;
}

export const defaultSweepSettings: SweepSettings = { missingMs: 15 * 60_000, share: 0.1, fewPersons: 20 };

/** Removes the faces of persons who have been missing for long enough. Resolves to the number of persons. */
export type Sweep = (signal: AbortSignal) => Promise<number>;

const actor: Actor = { id: 'watchpost' };

export function createSweep(deps: SweepDeps, { missingMs, share, fewPersons }: SweepSettings): Sweep {
  const { mirror, log } = deps;
  /**
   * Since when each person has been missing, by this process's monotonic clock. It is not stored: a process that takes over waits the
   * whole time again, and meanwhile nobody is harmed, because memory keeps orphans out of the search.
   */
  const missingSince = new Map<string, number>();
  let warnedOf = 0;

  const due = (): string[] => {
    const nowMs = performance.now();
    const missing = new Set(mirror.orphans().map(({ personId }) => personId));
    for (const id of missingSince.keys()) if (!missing.has(id)) missingSince.delete(id);
    for (const id of missing) if (!missingSince.has(id)) missingSince.set(id, nowMs);
    return [...missingSince].filter(([, sinceMs]) => nowMs - sinceMs >= missingMs).map(([id]) => id);
  };

  return async (signal) => {
    const personIds = due();
    if (personIds.length > Math.max(fewPersons, share * mirror.counts().persons)) {
      if (personIds.length !== warnedOf) {
        log.warn(
          { persons: personIds.length },
          'many persons were removed from the database by hand: their faces stay until watchpost check --repair removes them, or the persons are put back',
        );
      }
      warnedOf = personIds.length;
      return 0;
    }
    warnedOf = 0;
    return sweepOrphans(deps, personIds, actor, signal);
  };
}

/** Removes the faces of these persons, and has the eraser forget them. Resolves to the number of persons that were still missing. */
export async function sweepOrphans(
  deps: Omit<SweepDeps, 'log'>,
  personIds: readonly string[],
  by: Actor,
  signal: AbortSignal,
): Promise<number> {
  const { mirror, transact } = deps;
  let swept = 0;
  for (const id of personIds) {
    swept += await transact(async (base) => {
      const isOrphaned = mirror.orphans().some(({ personId }) => personId === id);
      return isOrphaned ? { changeset: await sweepChange(deps, id, base, by, signal), result: 1 } : { changeset: null, result: 0 };
    }, signal);
  }
  return swept;
}

/**
 * Deletes every face that shows the person, and writes the person's tombstone, which `forget` would have left: the eraser follows it to the sightings. There
 * is no inverse: the person is gone already.
 */
async function sweepChange(deps: TraceDeps, personId: string, base: Head, by: Actor, signal: AbortSignal): Promise<Changeset> {
  const { mirror } = deps;
  const merge = { mergedInto: null, mergedAtMs: null, formerNumbers: [] };
  const blank = { name: 'removed', number: null, aliases: [], ignored: false, mayBe: null, ...merge };
  const gone: PersonChange = { id: personId, isNew: true, set: { ...blank, deleted: true, createdAtMs: base.nowMs } };
  const ids = mirror.idsOf(personId);
  const merged = ids.filter((id) => id !== personId && mirror.stored(id) !== null);
  const { faces, pairs } = await tracesOf(deps, ids, signal);
  const audit: AuditEntry = {
    id: randomUUID(),
    action: 'repair',
    actor: by,
    atMs: base.nowMs,
    personIds: [personId, ...merged],
    summary: 'the faces of a person removed by hand were removed',
    inverse: null,
    undone: false,
    undoes: null,
    version: base.version + 1,
  };
  return {
    persons: [
      gone,
      ...merged.map((id): PersonChange => ({ id, isNew: false, set: { deleted: true } })),
      ...mirror.mayBeOneOf(ids).map(({ id }): PersonChange => ({ id, isNew: false, set: { mayBe: null } })),
    ],
    faces: faces.map(({ id }) => ({ id, isNew: false, set: { deleted: true } })),
    pairs: pairs.map((pair) => ({ id: pair.id, personIds: pair.personIds, deleted: true })),
    audit,
  };
}
