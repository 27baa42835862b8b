import { setImmediate as breathe } from 'node:timers/promises';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import { createChange } from '../changes/change.ts';
import { planForget } from '../changes/plan-forget.ts';
import { planMerge } from '../changes/plan-merge.ts';
import type { Plan, PlanDeps } from '../changes/plan.ts';
import type { Transact } from '../changes/transact.ts';
import { inSteps } from '../memory/concurrency.ts';
import { personStatus, type Actor, type AuditEntry, type Head, type LastSeen, type PersonStatus, type StoredPerson } from '../domain.ts';
import type { SightingStore } from '../store.ts';
import type { Finding } from './find-same.ts';

/** What housekeeping does to unknowns. Names given meanwhile win. */
export interface UnknownsCare {
  /** Merges the unknown into the person, or notes whom it may be; resolves to whether that still was to be done. */
  settle(finding: Finding, signal: AbortSignal): Promise<boolean>;
  /** Forgets those that were created, and last seen, before `beforeMs` (by the database's clock), at most `most`. Resolves to their number. */
  expire(which: 'unknown' | 'named', old: { beforeMs: number; most: number }, signal: AbortSignal): Promise<number>;
}

export interface UnknownsDeps extends PlanDeps {
  transact: Transact;
  sightings: SightingStore;
  log: Logger;
}

const actor: Actor = { id: 'watchpost' };
/** Persons whose last sightings are read at once. */
const pageSize = 500;

type Build = (base: Head) => Promise<Plan | null>;

export function createUnknownsCare(deps: UnknownsDeps): UnknownsCare {
  const { mirror, transact, sightings, log } = deps;
  /** Resolves to whether anything was changed. What is refused for good is left as it is: it must not keep the rest from being done. */
  const change = async (action: AuditEntry['action'], plan: Build, signal: AbortSignal): Promise<boolean> => {
    const build = async (base: Head) => {
      const planned = await plan(base);
      return { changeset: planned && planned.change.audited(action, actor, planned.summary).changeset, result: planned !== null };
    };
    return transact(build, signal).catch((error: unknown) => {
      if (toAppError(error).retry === 'transient') throw error;
      log.warn({ err: error, action }, 'housekeeping could not change the gallery');
      return false;
    });
  };

  const isStill = (status: PersonStatus, { id }: StoredPerson): boolean => {
    const now = mirror.stored(id);
    return now !== null && now.mergedInto === null && personStatus(now) === status;
  };
  const stillUnknown = (person: StoredPerson): boolean => isStill('unknown', person);

  const unseenSince = async (person: StoredPerson, sinceMs: number, signal: AbortSignal): Promise<boolean> => {
    const ids = mirror.idsOf(person.id);
    return !seenSince(ids, await sightings.lastSeen(ids, signal), sinceMs);
  };

  /** Somebody may have named the person, or a camera seen it, since the list was made. */
  const forget = (person: StoredPerson, which: 'unknown' | 'named', beforeMs: number, signal: AbortSignal): Promise<boolean> => {
    const plan: Build = async (base) =>
      isStill(which, person) && (await unseenSince(person, beforeMs, signal)) ? planForget(deps, base, person.id, signal) : null;
    // Of somebody who had a name there is a receipt, as when a person asks for it.
    return change(which === 'named' ? 'forget' : 'expire', plan, signal);
  };

  /** Not merged, removed, ignored or named since. */
  const isAsBefore = (person: StoredPerson): boolean => {
    const now = mirror.stored(person.id);
    return now !== null && now.mergedInto === null && personStatus(now) === personStatus(person);
  };

  const merge = async ({ unknown, person }: Finding, signal: AbortSignal): Promise<boolean> => {
    const plan: Build = async (base) => {
      const isSame = person !== null && stillUnknown(unknown) && isAsBefore(person) && !mirror.notSame(unknown.id, person.id);
      return isSame ? planMerge(deps, base, { from: unknown.id, into: person.id }, signal) : null;
    };
    return change('merge', plan, signal);
  };

  /** Without an audit entry: nothing is decided. */
  const suggest = async ({ unknown, person }: Finding, signal: AbortSignal): Promise<boolean> =>
    transact((base) => {
      const now = mirror.stored(unknown.id);
      const isOpen = now !== null && stillUnknown(unknown) && (person === null || mirror.person(person.id)?.id === person.id);
      if (!isOpen || mirror.mayBe(now)?.id === person?.id) return { changeset: null, result: false };
      const noted = createChange(base);
      noted.setMayBe(now, person?.id ?? null);
      return { changeset: noted.changeset(), result: true, optional: true };
    }, signal);

  return {
    settle: (finding, signal) => (finding.kind === 'same' ? merge(finding, signal) : suggest(finding, signal)),
    expire: async (which, { beforeMs, most }, signal) => {
      const old: StoredPerson[] = [];
      await inSteps(mirror.persons(), (person) => {
        if (person.createdAtMs < beforeMs && personStatus(person) === which) old.push(person);
      });
      let expired = 0;
      for (let from = 0; from < old.length; from += pageSize) {
        throwIfAborted(signal);
        await breathe();
        const page = old.slice(from, from + pageSize).map((person) => ({ person, ids: mirror.idsOf(person.id) }));
        const lastSeen = await sightings.lastSeen(
          page.flatMap(({ ids }) => ids),
          signal,
        );
        for (const { person, ids } of page) {
          if (expired >= most) return expired;
          if (!seenSince(ids, lastSeen, beforeMs) && (await forget(person, which, beforeMs, signal))) expired += 1;
        }
      }
      return expired;
    },
  };
}

function seenSince(ids: readonly string[], lastSeen: Map<string, LastSeen>, sinceMs: number): boolean {
  return ids.some((id) => (lastSeen.get(id)?.atMs ?? 0) >= sinceMs);
}
