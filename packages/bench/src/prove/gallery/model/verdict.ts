import type { Operation } from '@watchpost/gallery/gallery';
import {
  called,
  hasName,
  isOfTwo,
  isOnFace,
  isUnknown,
  key,
  keyOf,
  newestOf,
  pick,
  resolve,
  same,
  twoOf,
  type Deed,
  type DeedOfTwo,
  type DeedOnFace,
  type Entry,
  type Model,
  type Person,
  type Seen,
} from './state.ts';

/** Whether something must be done, must be refused, or may be either. */
export type Verdict = 'done' | 'refused' | 'either';

export function verdictOf(model: Model, deed: Deed, actorId: string): Verdict {
  if (deed.kind === 'undo') {
    const named = model.entries.find(({ id }) => id === deed.entryId);
    return verdictOfUndo(model, deed.entryId === null ? newestOf(model, actorId) : named);
  }
  if (isOfTwo(deed)) {
    const [one, other] = twoOf(deed).map((id) => resolve(model, id));
    if (!one || !other || one.id === other.id) return 'refused';
    // Not every pair that the gallery knows is in the model.
    return deed.kind === 'merge' ? 'done' : 'either';
  }
  if (isOnFace(deed)) return verdictOnFace(model, deed);
  const person = resolve(model, deed.person);
  return person ? verdictOn(model, person, deed) : 'refused';
}

/** A change can be taken back unless a later one changed the same, or somebody whom it concerns is gone for good. */
export function verdictOfUndo(model: Model, entry: Entry | undefined): Verdict {
  const { persons, entries } = model;
  if (!entry || entry.undone || entry.kind === 'undo') return 'refused';
  const isGone = (id: string): boolean => persons.get(id)?.removed !== false || persons.get(id)?.erased !== false;
  // What somebody edited by hand later is not known exactly.
  if (entry.kind === 'edit') return entry.personIds.some((id) => persons.get(id)?.deleted !== false) ? 'refused' : 'either';
  if ([...entry.persons.keys()].some((id) => isGone(id)) || entry.personIds.some((id) => persons.get(id)?.erased)) return 'refused';
  if (entry.vague) return 'either';
  const isChanged = [...entry.persons].some(([id, { after }]) => !same(pick(persons.get(id), after), after));
  if (isChanged || isTaken(model, entry)) return 'refused';
  // The last of all can be taken back for sure. Of others the gallery may refuse those on whose faces something was built since.
  const isLast = entries.at(-1) === entry;
  return isLast && (entry.forgot.length > 0 || !entry.personIds.some((id) => persons.get(id)?.deleted)) ? 'done' : 'either';
}

/** A name that undoing would give back is somebody else's by now. */
const isTaken = (model: Model, { persons }: Entry): boolean =>
  [...persons.values()].some(({ before: { name } }) => name !== undefined && called(model, name).some(({ id }) => !persons.has(id)));

const isErased = ({ persons }: Model, id: string | null): boolean => id !== null && persons.get(id)?.erased === true;

function verdictOnFace(model: Model, deed: DeedOnFace): Verdict {
  const seen = model.sightings.get(keyOf(deed));
  if (!seen) return 'refused';
  const isGone = model.gone.has(keyOf(seen)) || isErased(model, seen.owner);
  const wrong = resolve(model, seen.owner);
  const isOpen = isVague(seen, wrong);
  if (deed.kind === 'dismiss') return verdictOfDismissal(seen, isGone || isOpen);
  if (isGone) return 'refused';
  if (deed.kind === 'assign' && deed.person === null) return verdictOfNobody(wrong, isOpen);
  if (deed.kind === 'this-is' && 'name' in deed.person) return verdictOfNewName(model, deed.person.name, wrong, isOpen);
  const right = resolve(model, personOf(deed));
  if (!right) return 'refused';
  return right.id === wrong?.id || isOpen ? 'either' : 'done';
}

const verdictOfDismissal = ({ dismissed }: Seen, isOpen: boolean): Verdict => (dismissed ? 'refused' : isOpen ? 'either' : 'done');

const personOf = ({ person }: Exclude<DeedOnFace, { kind: 'dismiss' }>): string | null =>
  person !== null && typeof person === 'object' ? ('id' in person ? person.id : null) : person;

/** Of a stranger who is known from this face only, it is refused. */
function verdictOfNobody(wrong: Person | null, isOpen: boolean): Verdict {
  if (!wrong) return 'refused';
  return isUnknown(wrong) || isOpen ? 'either' : 'done';
}

/** Somebody without faces takes the face. */
function verdictOfNewName(model: Model, name: string, wrong: Person | null, isOpen: boolean): Verdict {
  const [other, ...more] = called(model, name);
  if (!other) return isOpen ? 'either' : 'done';
  return more.length === 0 && hasName(other) && (other.id === wrong?.id || !other.ignored) ? 'either' : 'refused';
}

/** Of somebody who was forgotten, but not erased yet, a sighting is there or is not; one that was recorded after that is empty. */
const isVague = ({ loose, owner, uncertain }: Seen, wrong: Person | null): boolean =>
  loose || (!wrong && owner !== null) || (uncertain && owner === null);

function verdictOn(model: Model, person: Person, deed: Exclude<Operation, DeedOfTwo | DeedOnFace>): Verdict {
  const others = (name: string): Person[] => called(model, name).filter(({ id }) => id !== person.id);
  switch (deed.kind) {
    case 'name':
      return verdictOfName(person, deed.to, others(deed.to));
    case 'alias':
      return others(deed.alias).length > 0 || hasAlias(person, deed.alias) ? 'refused' : 'done';
    case 'forget':
      return 'done';
    case 'split':
    case 'remove-face':
      // Which faces a person has is not in the model.
      return 'either';
    case 'ignore':
    case 'unignore':
      return person.ignored === (deed.kind === 'ignore') ? 'refused' : 'done';
    default:
      return deed satisfies never;
  }
}

function verdictOfName(person: Person, to: string, [other, ...more]: readonly Person[]): Verdict {
  if (!other) return to === person.name ? 'refused' : 'done';
  // Which faces a person has is not in the model: an unknown named like somebody without a face becomes that person.
  const mayBecome = isUnknown(person) && more.length === 0 && hasName(other) && !other.ignored;
  return mayBecome ? 'either' : 'refused';
}

const hasAlias = ({ name, aliases }: Person, alias: string): boolean => key(name) === key(alias) || aliases.includes(alias);
