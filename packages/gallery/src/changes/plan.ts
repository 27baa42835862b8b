import { AppError } from '@watchpost/shared/errors';
import { surplusReferences } from '../decide/references.ts';
import { personStatus, type Head, type StoredPerson } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import { nameKey, validName } from '../names.ts';
import { createChange, type Change } from './change.ts';

/** A change to be committed, with its summary for the audit. */
export interface Plan {
  change: Change;
  summary: string;
}

/** The person with this id or name. Rejects with `person-not-found`, or `change-refused` if several persons have the name. */
export function resolvePerson(mirror: Mirror, reference: string): StoredPerson {
  const byId = mirror.person(reference);
  if (byId) return byId;
  const [person, ...others] = mirror.called(reference);
  if (!person) throw new AppError('person-not-found', `nobody is called "${reference}"`);
  if (others.length > 0) throw new AppError('change-refused', `${others.length + 1} persons are called "${reference}"`);
  return person;
}

/**
 * Naming an unknown like a person without faces (an imported name) merges the two. Another spelling of the same name is a change, the
 * same spelling is not. `cap`: as for `planMerge`.
 */
export function planName(mirror: Mirror, base: Head, { person: reference, to }: { person: string; to: string }, cap: number): Plan {
  const person = resolvePerson(mirror, reference);
  const name = validName(to);
  if (name === person.name) throw new AppError('change-refused', `the person is called "${name}" already`);
  const [namesake, ...others] = mirror.called(name);
  const isFaceless = namesake && others.length === 0 && namesake.id !== person.id && mirror.facesOf(namesake.id).length === 0;
  if (isFaceless && personStatus(namesake) === 'named' && personStatus(person) === 'unknown') {
    const { change } = planMerge(mirror, base, { from: person.id, into: namesake.id }, cap);
    return { change, summary: `${person.name} → ${namesake.name}` };
  }
  refuseTaken(mirror, name, person);
  return { change: changeOf(base, person, { name }), summary: `${person.name} → ${name}` };
}

export function planAlias(
  mirror: Mirror,
  base: Head,
  { person: reference, alias, remove = false }: { person: string; alias: string; remove?: boolean },
): Plan {
  const person = resolvePerson(mirror, reference);
  const name = validName(alias);
  if (!remove) refuseTaken(mirror, name, person);
  const others = person.aliases.filter((known) => nameKey(known) !== nameKey(name));
  const change = changeOf(base, person, { aliases: remove ? others : [...others, name] });
  return { change, summary: `${person.name}: alias ${name}${remove ? ' removed' : ''}` };
}

function changeOf(base: Head, person: StoredPerson, set: Parameters<Change['setPerson']>[1]): Change {
  const change = createChange(base);
  change.setPerson(person, set);
  return change;
}

function refuseTaken(mirror: Mirror, name: string, person: StoredPerson): void {
  const taken = mirror.called(name).find(({ id }) => id !== person.id);
  if (taken) throw new AppError('name-taken', `somebody is called "${taken.name}" already`);
}

/** `cap`: references of one model that a person keeps. */
export function planMerge(mirror: Mirror, base: Head, { from, into }: { from: string; into: string }, cap: number): Plan {
  const [one, other] = [resolvePerson(mirror, from), resolvePerson(mirror, into)];
  if (one.id === other.id) throw new AppError('change-refused', 'a person cannot be merged with itself');
  const { absorbed, kept } = chooseKept(one, other);
  const moved = mirror.facesOf(absorbed.id);
  const models = new Set([...moved, ...mirror.facesOf(kept.id)].map(({ modelId }) => modelId));
  const names = personStatus(absorbed) === 'named' ? [absorbed.name, ...absorbed.aliases] : absorbed.aliases;
  const change = createChange(base);
  change.setPerson(absorbed, { mergedInto: kept.id });
  change.setPerson(kept, { aliases: [...kept.aliases, ...names.filter((name) => nameKey(name) !== nameKey(kept.name))] });
  for (const face of moved) change.moveFace(face, kept.id);
  for (const modelId of models) {
    const references = [...mirror.references(kept.id, modelId), ...mirror.references(absorbed.id, modelId)];
    for (const id of surplusReferences(references, cap)) change.removeFace(id);
  }
  return { change, summary: `${absorbed.name} merged into ${kept.name}` };
}

function chooseKept(from: StoredPerson, into: StoredPerson): { absorbed: StoredPerson; kept: StoredPerson } {
  const [fromUnknown, intoUnknown] = [from, into].map((person) => personStatus(person) === 'unknown');
  const fromIsKept = intoUnknown && (!fromUnknown || (from.number ?? Infinity) < (into.number ?? Infinity));
  return fromIsKept ? { absorbed: into, kept: from } : { absorbed: from, kept: into };
}

export function planSplit(mirror: Mirror, base: Head, { person: reference, faceIds }: { person: string; faceIds: string[] }): Plan {
  const person = resolvePerson(mirror, reference);
  const wanted = new Set(faceIds);
  const own = mirror.facesOf(person.id).filter(({ role }) => role === 'reference');
  const leaving = own.filter(({ id }) => wanted.has(id));
  if (leaving.length !== wanted.size || leaving.length === 0)
    throw new AppError('change-refused', `these are not all faces of ${person.name}`);
  if (leaving.length === own.length) throw new AppError('change-refused', `${person.name} would be left without a face`);
  const change = createChange(base);
  const unknown = change.createUnknown();
  for (const face of leaving) change.moveFace(face, unknown.id);
  const ids = leaving.map(({ id }) => id);
  change.moveSightings(ids, person.id, unknown.id);
  return { change, summary: `${leaving.length} of ${person.name}'s faces became ${unknown.name}` };
}

export function planIgnore(mirror: Mirror, base: Head, reference: string, ignored: boolean): Plan {
  const person = resolvePerson(mirror, reference);
  return { change: changeOf(base, person, { ignored }), summary: `${person.name} is ${ignored ? 'ignored' : 'no longer ignored'}` };
}

/** Deletes the person, everybody merged into it, and all their faces. */
export function planForget(mirror: Mirror, base: Head, reference: string): Plan {
  const person = resolvePerson(mirror, reference);
  const change = createChange(base);
  for (const id of mirror.idsByPerson().get(person.id) ?? []) {
    const stored = mirror.stored(id);
    if (stored) change.setPerson(stored, { deleted: true });
    for (const face of mirror.facesOf(id)) change.removeFace(face.id);
  }
  return { change, summary: `${person.name} was forgotten` };
}
