import type { Head, SnapshotSightings } from '../domain.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import { createChange } from './change.ts';
import type { Plan, PlanDeps } from './plan.ts';
import { resolvePerson } from './resolve-person.ts';

/**
 * Deletes the person, everybody merged into it, and every face that shows it: its own, and those that others learnt from it, while it
 * was taken for somebody else or because it was not they.
 */
export async function planForget(deps: PlanDeps, base: Head, reference: string, signal: AbortSignal): Promise<Plan> {
  const { mirror } = deps;
  const person = resolvePerson(mirror, reference);
  const ids = mirror.idsOf(person.id);
  const change = createChange(base);
  // First of all, so that the audit entry names it first.
  change.setPerson(person, { deleted: true });
  for (const id of ids) {
    const merged = id === person.id ? null : mirror.stored(id);
    if (merged) change.setPerson(merged, { deleted: true });
  }
  const faces = new Map<string, IndexedFace>();
  const collect = (found: readonly IndexedFace[]): void => {
    for (const face of found) faces.set(face.id, face);
  };
  for (const id of ids) collect(mirror.facesOf(id));
  collect(mirror.facesShowing(person.id));
  const own = new Set(ids);
  for await (const { snapshotId, faces: sighted } of sightingsOf(deps, ids, signal)) {
    for (const [position, { personId }] of sighted.entries()) {
      if (personId !== null && own.has(personId)) collect(mirror.facesFrom(snapshotId, position));
    }
  }
  for (const { id, personId } of faces.values()) {
    change.removeFace(id);
    change.concerns(personId);
  }
  for (const { personIds } of mirror.pairsOf(person.id)) change.setPair(...personIds, true);
  return { change, summary: `${person.name} was forgotten` };
}

/** How many snapshots are read together: their vectors are in memory meanwhile. */
const pageSize = 200;

async function* sightingsOf({ sightings }: PlanDeps, ids: readonly string[], signal: AbortSignal): AsyncGenerator<SnapshotSightings> {
  for (let last: SnapshotSightings | undefined; ;) {
    const page: SnapshotSightings[] = await sightings.ofPersons(ids, pageSize, signal, last);
    last = page.at(-1);
    if (!last) return;
    yield* page;
  }
}
