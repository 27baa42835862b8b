import { Buffer } from 'node:buffer';
import type { Sighting, StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import { dot } from '@watchpost/shared/vectors';
import { holds } from './databases.ts';
import { keyOf, resolve, type Model, type Person, type Seen } from './model/state.ts';
import type { View } from './orders.ts';
import { bytesOf, cropOf, vectorOf, type Face } from './pictures.ts';
import { violated } from './violation.ts';

/** The gallery as it is in the database. */
export interface Observed {
  version: number;
  persons: Map<string, StoredPerson>;
  faces: StoredFace[];
}

const listed = (names: readonly string[]): string => [...new Set(names.map((name) => name.toLowerCase()))].sort().join(', ');

/** The person that an id resolves to in the database, or null. */
export function resolveObserved(persons: Observed['persons'], id: string | null): string | null {
  let person = id === null ? undefined : persons.get(id);
  for (let steps = 0; person && person.mergedInto !== null && steps < 100; steps += 1) person = persons.get(person.mergedInto);
  return person && person.mergedInto === null ? person.id : null;
}

/** Throws unless the database has the persons that the model has. What the model leaves open it then takes from the database. */
export function comparePersons(model: Model, { persons }: Observed): void {
  for (const id of persons.keys())
    if (model.persons.get(id)?.deleted !== false) violated(`${persons.get(id)?.name} (${id}) is in the database, but must not exist`);
  for (const person of model.persons.values()) {
    const stored = persons.get(person.id);
    if (person.deleted) continue;
    if (!stored) return violated(`${person.name} is not in the database`);
    const [expected, found] = [resolve(model, person.id)?.id ?? null, resolveObserved(persons, person.id)];
    if (expected !== found) violated(`${person.name} is ${nameOf(model, expected)}, but in the database ${nameOf(model, found)}`);
    if (person.mergedInto === null) compareFields(model, person, stored);
    compareHint(model, stored);
  }
}

/** Of somebody who was forgotten nothing is left, not even that another one may be that person. */
function compareHint({ persons }: Model, { id, name, number, mayBe }: StoredPerson): void {
  if (mayBe === null) return;
  const other = persons.get(mayBe);
  if (number === null || mayBe === id) violated(`it is noted of ${name} whom they may be`);
  if (!other || (other.deleted && !other.removed)) violated(`${name} may be ${other?.name ?? mayBe}, who was forgotten`);
}

function compareFields({ entries }: Model, person: Person, stored: StoredPerson): void {
  const names = [stored.name, ...stored.aliases];
  const lost = person.handNames.find((name) => !names.includes(name));
  if (lost !== undefined) violated(`the name ${lost}, given by hand, is lost: the person is called ${names.join(', ')}`);
  const mayBe = [person.name, ...person.looseNames];
  if (!person.odd && !mayBe.includes(stored.name)) violated(`${mayBe.join(' or ')} is called ${stored.name} in the database`);
  if (person.looseNames.length === 0 && !person.odd && listed(names) !== listed([person.name, ...person.aliases]))
    violated(`${person.name} has the names ${listed([person.name, ...person.aliases])}, but in the database ${listed(names)}`);
  if (person.number !== stored.number) violated(`${person.name} has the number ${stored.number} instead of ${person.number}`);
  if (person.ignored !== stored.ignored) violated(`${person.name} is ${stored.ignored ? '' : 'not '}ignored in the database`);
  if (person.looseNames.length === 0 && !person.odd) return;
  for (const entry of entries) if (entry.persons.has(person.id)) entry.vague = true;
  Object.assign(person, { name: stored.name, aliases: stored.aliases, handNames: [], looseNames: [] });
}

/** Throws unless this sighting is whose the model says. */
export function compareSighting(model: Model, observed: Observed, seen: Seen, stored: Sighting | undefined): void {
  if (!stored) return violated(`the sighting ${keyOf(seen)} is not in the database`);
  if (seen.loose || seen.uncertain) return void Object.assign(seen, { owner: stored.personId, faceId: stored.faceId, loose: false });
  const isNoFace = stored.saidBy !== null && stored.personId === null && stored.decision === 'unrecognisable';
  if (isNoFace !== seen.dismissed) violated(`the sighting ${keyOf(seen)} is ${isNoFace ? 'no' : 'a'} face in the database`);
  const [expected, found] = [resolve(model, seen.owner)?.id ?? null, resolveObserved(observed.persons, stored.personId)];
  if (expected !== found)
    violated(`the sighting ${keyOf(seen)} is ${nameOf(model, expected)}'s, but in the database ${nameOf(model, found)}'s`);
}

const nameOf = (model: Model, id: string | null): string => (id === null ? 'nobody' : (model.persons.get(id)?.name ?? id));

/** What a process has in memory, as text, and what it ought to have. */
export function viewOf({ version, persons }: View): string {
  const lines = persons.map(({ id, is, name, number, aliases, ignored, mayBe, faces }) =>
    JSON.stringify([id, is, name, number, [...aliases].sort(), ignored, mayBe, [...faces].sort()]),
  );
  return [`version ${version}`, ...lines.sort()].join('\n');
}

export function viewOfDatabase({ version, persons, faces }: Observed): string {
  const seen = [...persons.values()].flatMap((person) => {
    const is = resolveObserved(persons, person.id);
    const { id, name, number, aliases, ignored, mayBe } = person;
    return is === null
      ? []
      : [{ id, is, name, number, aliases, ignored, mayBe, faces: faces.filter((face) => face.personId === id).map((face) => face.id) }];
  });
  return viewOf({ version, persons: seen });
}

/** Throws if anything of the sightings that must be gone is anywhere in the database. */
export function compareGone(model: Model, dump: readonly [where: string, value: unknown][]): void {
  for (const key of model.gone) {
    const face = model.sightings.get(key)?.face;
    if (!face) continue;
    const traces: [string, Buffer][] = [
      ['the embedding', bytesOf(vectorOf(face))],
      ['the picture', cropOf(face)],
    ];
    for (const [what, bytes] of traces) {
      const found = dump.filter(([, value]) => holds(value, bytes)).map(([where]) => where);
      if (found.length > 0) violated(`${what} of ${key}, who was forgotten, is still in the database: ${found.join(', ')}`);
    }
  }
}

const thresholds = { match: 0.655, uncertain: 0.585, margin: 0.04 };
/** Similarities nearer to a threshold than this are left open: an index may round. */
const rounding = 0.01;

/** Who a face must be: a person's id, `new`, `perhaps` (new, unless another face of the picture is whom it may be); null where the model leaves it open. */
export function expectedOf(model: Model, { faces }: Observed, face: Face): string | null {
  const best = { reference: new Map<string, number>(), negative: new Map<string, number>() };
  for (const { personId, role, embedding } of faces) {
    const person = resolve(model, personId);
    if (person) best[role].set(person.id, Math.max(best[role].get(person.id) ?? -1, dot(embedding, vectorOf(face))));
  }
  const [first, second] = [...best.reference].sort(([, a], [, b]) => b - a);
  if (!first || first[1] < thresholds.uncertain - rounding) return 'new';
  if ([...best.reference.keys()].some((id) => (best.negative.get(id) ?? -1) > thresholds.uncertain - rounding)) return null;
  const isPerhaps = first[1] > thresholds.uncertain + rounding && first[1] < thresholds.match - rounding;
  // Who is perhaps two persons may be the unknown among them, if that one may be the other.
  if (isPerhaps) return second && second[1] > thresholds.uncertain - rounding ? null : 'perhaps';
  const isRivalled = second && second[1] > thresholds.uncertain - rounding && first[1] - second[1] < thresholds.margin + rounding;
  return first[1] > thresholds.match + rounding && !isRivalled ? first[0] : null;
}
