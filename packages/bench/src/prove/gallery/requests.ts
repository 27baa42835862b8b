import type { Actor, StoredFace } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Asked, Naming } from './actions.ts';
import { allOf, called, isUnknown, keyOf, live, type Deed, type Model, type Person } from './model/state.ts';
import type { Work } from './orders.ts';
import { cropOf, vectorOf, type Face } from './pictures.ts';

/** What is asked of a process, with the persons, faces and changes that were picked. */
export interface Request {
  words: string;
  work: Work;
  /** Of a deed: how it is found in the audit. */
  actor: Actor | null;
  deed: Deed | null;
  snapshot: { id: string; faces: Face[] } | null;
}

export interface Circumstances {
  model: Model;
  /** As last read. */
  faces: readonly StoredFace[];
  /** Snapshots that were taken, by id. */
  snapshots: ReadonlyMap<string, Face[]>;
  /** A number that no other request has. */
  serial: number;
}

const actors = ['ann', 'bob'];

function picked<T>(list: readonly T[], pick: number): T | undefined {
  return list[pick % Math.max(1, list.length)];
}

/** Null where there is nobody, or nothing, to pick. */
export function toRequest(asked: Asked, by: number, now: Circumstances, naming: Naming): Request | null {
  if (asked.kind === 'see') {
    const faces = asked.faces.map((truths, index): Face => ({ truths, serial: 2 * now.serial + index }));
    return toSee(`s${now.serial}`, faces);
  }
  if (asked.kind === 'again') {
    const [id, faces] = picked([...now.snapshots], asked.pick) ?? [];
    return id !== undefined && faces ? toSee(id, faces) : null;
  }
  if (asked.kind === 'round' || asked.kind === 'expire') {
    const words = asked.kind === 'round' ? 'housekeeping' : 'unknowns expire';
    return { words, work: { kind: asked.kind }, actor: null, deed: null, snapshot: null };
  }
  const actor = { id: actors[by] ?? 'ann', where: `op${now.serial}` };
  const asks = toDeed(asked, now);
  if (!asks) return null;
  const { deed, words } = asks;
  const work: Work = deed.kind === 'undo' ? { ...deed, actor } : { kind: 'apply', operation: referring(now.model, deed, naming), actor };
  return { words: `${actor.id}: ${words}`, work, actor, deed, snapshot: null };
}

function toSee(snapshotId: string, faces: Face[]): Request {
  const work = {
    kind: 'see' as const,
    snapshotId,
    takenAtMs: Date.now(),
    faces: faces.map((face) => ({ vector: [...vectorOf(face)], crop: cropOf(face).toString() })),
  };
  const shown = faces.map(({ truths }) => (truths.length === 1 ? `face ${truths[0]}` : `somebody like faces ${truths.join(' and ')}`));
  return { words: `sees ${shown.join(' with ')} in ${snapshotId}`, work, actor: null, deed: null, snapshot: { id: snapshotId, faces } };
}

type Reading = Exclude<Asked, { kind: 'see' | 'again' | 'round' | 'expire' }>;

/** A deed, and how the story tells it. */
interface Told {
  deed: Deed;
  words: string;
}

function toDeed(asked: Reading, now: Circumstances): Told | null {
  if (asked.kind === 'undo') return toUndo(asked.entry, now.model);
  if ('sighting' in asked) return toDeedOnFace(asked, now.model);
  const people = live(now.model);
  const person = picked(people, asked.person);
  if (!person) return null;
  const [id, who] = [person.id, label(person)];
  switch (asked.kind) {
    case 'name':
      return { deed: { kind: 'name', person: id, to: asked.name }, words: `name ${who} ${asked.name}` };
    case 'alias':
      return { deed: { kind: 'alias', person: id, alias: asked.name }, words: `${who} is also called ${asked.name}` };
    case 'merge':
    case 'distinguish':
      return toDeedOfTwo(asked, person, now.model);
    case 'split':
      return toSplit(person, asked.faces, now.faces);
    case 'ignore':
    case 'unignore':
    case 'forget':
      return { deed: { kind: asked.kind, person: id }, words: `${asked.kind} ${who}` };
    default:
      return asked satisfies never;
  }
}

function toDeedOfTwo({ kind, other: pick }: Extract<Reading, { other: number }>, person: Person, model: Model): Told | null {
  const namesake = kind === 'merge' ? called(model, person.name).find((each) => each.id !== person.id) : undefined;
  const other = namesake ?? picked(live(model), pick) ?? person;
  const [who, whom] = [label(person), label(other)];
  if (kind === 'distinguish') return { deed: { kind, person: person.id, other: other.id }, words: `${who} is not ${whom}` };
  return other.id === person.id ? null : { deed: { kind, from: person.id, into: other.id }, words: `merge ${who} into ${whom}` };
}

/** With names or former numbers instead of ids, where they mean nobody else. */
function referring(model: Model, deed: Operation, naming: Naming): Operation {
  const refer = (id: string): string => {
    const person = model.persons.get(id);
    if (!person || naming === 'id' || person.odd) return id;
    const merged = naming === 'number' ? allOf(model, person).findLast(({ number }) => number !== null) : null;
    const name = merged ? `Unknown ${merged.number}` : person.name;
    const meant = called(model, name);
    return meant.length === 1 && meant[0]?.id === id ? name : id;
  };
  if (deed.kind === 'this-is' || deed.kind === 'dismiss') return deed;
  if (deed.kind === 'assign') return { ...deed, person: deed.person === null ? null : refer(deed.person) };
  if (deed.kind === 'distinguish') return { ...deed, person: refer(deed.person), other: refer(deed.other) };
  if (deed.kind !== 'merge') return { ...deed, person: refer(deed.person) };
  const [from, into] = [model.persons.get(deed.from), model.persons.get(deed.into)];
  const both = from && into ? called(model, from.name) : [];
  // Two of one name are meant by it.
  if (naming === 'name' && from && both.length === 2 && both.every(({ id }) => id === deed.from || id === deed.into))
    return { ...deed, from: from.name, into: from.name };
  return { ...deed, from: refer(deed.from), into: refer(deed.into) };
}

function label(person: Person): string {
  return isUnknown(person) || person.number === null ? person.name : `${person.name} (was Unknown ${person.number})`;
}

function toUndo(pick: number | null, { entries }: Model): Told | null {
  if (pick === null) return { deed: { kind: 'undo', entryId: null }, words: 'undo the newest of my changes' };
  const entry = picked(entries.toReversed(), pick);
  return entry
    ? { deed: { kind: 'undo', entryId: entry.id }, words: `undo the ${entry.kind} by ${entry.actorId}${entry.undone ? ', again' : ''}` }
    : null;
}

function toDeedOnFace(asked: Extract<Reading, { sighting: number }>, model: Model): Told | null {
  const seen = picked([...model.sightings.values()].toReversed(), asked.sighting);
  if (!seen) return null;
  const { snapshotId, position } = seen;
  if (asked.kind === 'dismiss') return { deed: { kind: 'dismiss', snapshotId, position }, words: `${keyOf(seen)} is no face` };
  const right = asked.person === null ? null : picked(live(model), asked.person);
  if (right === undefined) return null;
  if (asked.kind === 'assign') {
    const words = `${keyOf(seen)} is ${right ? label(right) : 'somebody else'}`;
    return { deed: { kind: 'assign', snapshotId, position, person: right?.id ?? null }, words };
  }
  const person = right ? { id: right.id } : { name: asked.name };
  const words = `this is ${right ? label(right) : `somebody called ${asked.name}`}: ${keyOf(seen)}`;
  return { deed: { kind: 'this-is', snapshotId, position, person }, words };
}

function toSplit(person: Person, pick: number, faces: readonly StoredFace[]): Told | null {
  const own = faces.filter(({ personId, role }) => personId === person.id && role === 'reference');
  if (own.length < 2) return null;
  const leaving = own.toSorted((one, other) => serialOf(one) - serialOf(other)).slice(-1 - (pick % (own.length - 1)));
  const from = leaving.map(({ snapshotId }) => snapshotId).join(', ');
  const deed: Deed = { kind: 'split', person: person.id, faceIds: leaving.map(({ id }) => id) };
  return { deed, words: `split from ${label(person)} the faces of ${from}` };
}

const serialOf = ({ snapshotId }: StoredFace): number => Number(snapshotId?.slice(1) ?? 0);
