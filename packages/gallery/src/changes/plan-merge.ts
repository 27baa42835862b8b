import { surplusReferences } from '../decide/references.ts';
import { personStatus, type Head, type StoredPerson } from '../domain.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import { nameKey } from '../names.ts';
import { createChange, type Change } from './change.ts';
import type { Plan, PlanDeps } from './plan.ts';
import { resolveTwo } from './resolve-person.ts';

/** Merges two persons: both are one from now on, whatever was said about them before. */
export async function planMerge(
  deps: PlanDeps,
  base: Head,
  { from, into }: { from: string; into: string },
  signal: AbortSignal,
): Promise<Plan> {
  const chosen = chooseKept(...resolveTwo(deps.mirror, from, into));
  const change = createChange(base);
  await absorb(deps, base, change, chosen, signal);
  return { change, summary: `${chosen.absorbed.name} merged into ${chosen.kept.name}` };
}

interface Merged {
  absorbed: StoredPerson;
  kept: StoredPerson;
}

/** Which of two persons takes over the other one. */
export function chooseKept(from: StoredPerson, into: StoredPerson): Merged {
  // Ignored or not: a name is never absorbed by a number.
  const isUnknown = (person: StoredPerson): boolean => personStatus({ ...person, ignored: false }) === 'unknown';
  const fromIsKept = isUnknown(into)
    ? !isUnknown(from) || (from.number ?? Infinity) < (into.number ?? Infinity)
    : !isUnknown(from) && nameKey(from.name) === nameKey(into.name) && from.createdAtMs < into.createdAtMs;
  return fromIsKept ? { absorbed: into, kept: from } : { absorbed: from, kept: into };
}

/** One person takes over everything of another one: faces (as many as the cap allows), names, numbers, and whoever was merged into it. */
export async function absorb(deps: PlanDeps, base: Head, change: Change, { absorbed, kept }: Merged, signal: AbortSignal): Promise<void> {
  const { mirror } = deps;
  const absorbedIds = mirror.idsOf(absorbed.id);
  change.setPerson(absorbed, { mergedInto: kept.id, mergedAtMs: base.nowMs });
  for (const id of absorbedIds) {
    const earlier = id === absorbed.id ? null : mirror.stored(id);
    if (earlier) change.setPerson(earlier, { mergedInto: kept.id });
  }
  change.setPerson(kept, { aliases: namesOf(kept, absorbed), formerNumbers: numbersOf(kept, absorbed) });
  const both = new Set([...mirror.idsOf(kept.id), ...absorbedIds]);
  for (const { personIds } of mirror.pairsOf(absorbed.id)) {
    if (personIds.every((id) => both.has(id))) change.setPair(...personIds, true);
  }
  const left: IndexedFace[] = [];
  for (const face of [...both].flatMap((id) => mirror.facesOf(id))) {
    if (face.role === 'negative' && showsOneOf(deps, face, both)) change.removeFace(face.id);
    else left.push(face);
  }
  for (const face of left) if (face.personId !== kept.id) change.moveFace(face, kept.id);
  for (const id of await surplusOf(deps, left, signal)) change.removeFace(id);
}

/** A negative of one of the two that shows the other one contradicts the merge: it would keep the person from its own face. */
function showsOneOf({ mirror }: PlanDeps, { shows, snapshotId, position }: IndexedFace, both: ReadonlySet<string>): boolean {
  if (shows !== null && both.has(shows)) return true;
  if (snapshotId === null || position === null) return false;
  return mirror.facesFrom(snapshotId, position).some(({ role, personId }) => role === 'reference' && both.has(personId));
}

/** The faces above the cap, counted for each model and role. */
async function surplusOf(
  { vectorsOf, references: { cap } }: PlanDeps,
  faces: readonly IndexedFace[],
  signal: AbortSignal,
): Promise<string[]> {
  const surplus: string[] = [];
  const groups = new Map<string, IndexedFace[]>();
  for (const face of faces) {
    const key = `${face.role} ${face.modelId}`;
    groups.set(key, [...(groups.get(key) ?? []), face]);
  }
  for (const group of groups.values()) {
    const [first] = group;
    if (!first || group.length <= cap) continue;
    const { modelId, role } = first;
    const ids = new Set(group.map(({ id }) => id));
    const owners = [...new Set(group.map(({ personId }) => personId))];
    const vectors = await Promise.all(owners.map(async (owner) => vectorsOf(owner, modelId, role, signal)));
    surplus.push(
      ...surplusReferences(
        vectors.flat().filter(({ id }) => ids.has(id)),
        cap,
      ),
    );
  }
  return surplus;
}

function namesOf(kept: StoredPerson, absorbed: StoredPerson): string[] {
  const hasName = personStatus({ ...absorbed, ignored: false }) === 'named';
  const known = new Set([kept.name, ...kept.aliases].map((name) => nameKey(name)));
  const names = (hasName ? [absorbed.name, ...absorbed.aliases] : absorbed.aliases).filter((name) => !known.has(nameKey(name)));
  return [...kept.aliases, ...names];
}

/** The numbers by which the kept person is found besides its own: old posts say those of the absorbed one. */
export function numbersOf(kept: StoredPerson, absorbed: StoredPerson): number[] {
  const numbers = [...kept.formerNumbers, ...(absorbed.number === null ? [] : [absorbed.number]), ...absorbed.formerNumbers];
  return [...new Set(numbers)].filter((number) => number !== kept.number);
}
