import type { VisitBody } from '../visit.ts';
import type { Group } from './groups.ts';
import { keyOf } from './seen-faces.ts';

type Numbers = VisitBody['numbers'];

/** Which number each face had in the post, by `keyOf`. */
export function numberOfFaces(numbers: Numbers): Map<string, number> {
  return new Map(numbers.flatMap(({ number, faces }) => faces.map((ref) => [keyOf(ref), number] as const)));
}

/**
 * Numbers for visitors. A number stays with its faces: a visitor who has faces of two keeps the lower, and of two visitors who share one
 * number the one with more of its faces keeps it. Others get the next ones that were never used, in the order in which they were seen. Returns the
 * groups by number, and the numbers as they are to be kept: a number that nobody has any more is not used again.
 */
export function numberGroups(groups: readonly Group[], before: Numbers): { numbered: Map<number, Group>; numbers: Numbers } {
  const former = numberOfFaces(before);
  const numbered = new Map<number, Group>();
  const numberOf = new Map<Group, number>();
  const claims = claimsOf(groups, former);
  for (const number of [...claims.keys()].sort((a, b) => a - b)) {
    const claimants = [...(claims.get(number) ?? [])].filter(([group]) => !numberOf.has(group));
    const [winner] = claimants.sort(([a, facesOfA], [b, facesOfB]) => facesOfB - facesOfA || inOrderSeen(a, b));
    if (!winner) continue;
    numbered.set(number, winner[0]);
    numberOf.set(winner[0], number);
  }
  let next = Math.max(0, ...before.map(({ number }) => number));
  for (const group of groups.filter((each) => !numberOf.has(each)).sort((a, b) => isIgnored(a) - isIgnored(b) || inOrderSeen(a, b))) {
    next += 1;
    numbered.set(next, group);
    numberOf.set(group, next);
  }
  return { numbered, numbers: kept(before, numbered, former) };
}

function claimsOf(groups: readonly Group[], former: ReadonlyMap<string, number>): Map<number, Map<Group, number>> {
  const claims = new Map<number, Map<Group, number>>();
  for (const group of groups)
    for (const { ref } of group.faces) {
      const number = former.get(keyOf(ref));
      if (number === undefined) continue;
      const ofNumber = claims.get(number) ?? new Map<Group, number>();
      claims.set(number, ofNumber.set(group, (ofNumber.get(group) ?? 0) + 1));
    }
  return claims;
}

/** Whoever is not reported comes last. */
const isIgnored = ({ person }: Group): number => Number(person?.status === 'ignored');

/** By the first face: when it was taken, then from left to right. */
function inOrderSeen(a: Group, b: Group): number {
  const [one, other] = [a.faces[0], b.faces[0]];
  if (!one || !other) return 0;
  return (
    one.takenAtMs - other.takenAtMs ||
    (one.ref.snapshotId < other.ref.snapshotId ? -1 : 1) * Number(one.ref.snapshotId !== other.ref.snapshotId) ||
    one.face.box.x - other.face.box.x
  );
}

/**
 * A face stays under the number that it got first, so that a visitor who is taken apart again gets the old numbers back; unless another
 * visitor has that number now.
 */
function kept(before: Numbers, numbered: ReadonlyMap<number, Group>, former: ReadonlyMap<string, number>): Numbers {
  const stays = (number: number, group: Group): boolean => !numbered.has(number) || numbered.get(number) === group;
  const faces = new Map(before.map(({ number, faces }) => [number, new Map(faces.map((ref) => [keyOf(ref), ref]))]));
  for (const [number, group] of numbered)
    for (const { ref } of group.faces) {
      const key = keyOf(ref);
      const first = former.get(key);
      if (first !== undefined && stays(first, group)) continue;
      if (first !== undefined) faces.get(first)?.delete(key);
      const own = faces.get(number) ?? new Map<string, typeof ref>();
      faces.set(number, own.set(key, ref));
    }
  return [...faces].sort(([a], [b]) => a - b).map(([number, refs]) => ({ number, faces: [...refs.values()] }));
}
