import type { Head, SnapshotSightings, StoredPair, StoredPerson } from '../domain.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { SightingStore } from '../store.ts';
import { createChange, type Change } from './change.ts';
import type { Plan, PlanDeps } from './plan.ts';
import { resolvePerson } from './resolve-person.ts';

/**
 * Deletes the person, everybody merged into it, and every face that shows it: its own, and those that others learnt from it, while it
 * was taken for somebody else or because it was not they.
 */
export async function planForget(deps: PlanDeps, base: Head, reference: string, signal: AbortSignal): Promise<Plan> {
  const person = resolvePerson(deps.mirror, reference);
  const change = createChange(base);
  await removePerson(deps, change, person, signal);
  return { change, summary: `${person.name} was forgotten` };
}

/** Deletes the person with everything that shows it. */
export async function removePerson(deps: TraceDeps, change: Change, person: StoredPerson, signal: AbortSignal): Promise<void> {
  const { mirror } = deps;
  const ids = mirror.idsOf(person.id);
  // First of all, so that the audit entry names it first.
  change.setPerson(person, { deleted: true });
  for (const id of ids) {
    const merged = id === person.id ? null : mirror.stored(id);
    if (merged) change.setPerson(merged, { deleted: true });
  }
  const { faces, pairs } = await tracesOf(deps, ids, signal);
  for (const { id, personId } of faces) {
    change.removeFace(id);
    change.concerns(personId);
  }
  for (const { personIds } of pairs) change.setPair(...personIds, true);
  for (const unknown of mirror.mayBeOneOf(ids)) change.setMayBe(unknown, null);
}

export interface TraceDeps {
  mirror: Mirror;
  sightings: Pick<SightingStore, 'ofPersons'>;
}

/** All that shows a person, or names it in a pair, whoever has it. `ids`: the person's, and those of everybody merged into it. */
export async function tracesOf(
  deps: TraceDeps,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ faces: IndexedFace[]; pairs: StoredPair[] }> {
  const { mirror } = deps;
  const faces = new Map<string, IndexedFace>();
  const pairs = new Map<string, StoredPair>();
  const collect = (found: readonly IndexedFace[]): void => {
    for (const face of found) faces.set(face.id, face);
  };
  for (const id of ids) {
    collect(mirror.facesOf(id));
    collect(mirror.facesShowing(id));
    for (const pair of mirror.pairsOf(id)) pairs.set(pair.id, pair);
  }
  const own = new Set(ids);
  for await (const { snapshotId, faces: sighted } of sightingsOf(deps, ids, signal)) {
    for (const [position, { personId }] of sighted.entries()) {
      if (personId !== null && own.has(personId)) collect(mirror.facesFrom(snapshotId, position));
    }
  }
  return { faces: [...faces.values()], pairs: [...pairs.values()] };
}

/** How many snapshots are read together: their vectors are in memory meanwhile. */
const pageSize = 200;

async function* sightingsOf({ sightings }: TraceDeps, ids: readonly string[], signal: AbortSignal): AsyncGenerator<SnapshotSightings> {
  for (let last: SnapshotSightings | undefined; ;) {
    const page: SnapshotSightings[] = await sightings.ofPersons(ids, pageSize, signal, last);
    last = page.at(-1);
    if (!last) return;
    yield* page;
  }
}
