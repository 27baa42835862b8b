import type { Operation } from '@watchpost/gallery/gallery';
import { called, isUnknown, keyOf, newestOf, pick, resolve, same, type Deed, type Entry, type Model, type Person } from './state.ts';

/** Whether something must be done, must be refused, or may be either. */
export type Verdict = 'done' | 'refused' | 'either';

export function verdictOf(model: Model, deed: Deed, actorId: string): Verdict {
  if (deed.kind === 'undo') {
    const named = model.entries.find(({ id }) => id === deed.entryId);
    return verdictOfUndo(model, deed.entryId === null ? newestOf(model, actorId) : named);
  }
  if (deed.kind === 'merge') {
    const [from, into] = [resolve(model, deed.from), resolve(model, deed.into)];
    return from && into && from.id !== into.id ? 'done' : 'refused';
  }
  if (deed.kind === 'assign') return verdictOfAssign(model, deed);
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
  const isChanged = [...entry.persons].some(([id, { after }]) => isGone(id) || !same(pick(persons.get(id), after), after));
  if (isChanged || entry.personIds.some((id) => persons.get(id)?.erased)) return 'refused';
  // The last of all can be taken back for sure. Of others the gallery may refuse those on whose faces something was built since.
  const isLast = entries.at(-1) === entry;
  return isLast && (entry.forgot.length > 0 || !entry.personIds.some((id) => persons.get(id)?.deleted)) ? 'done' : 'either';
}

const isErased = ({ persons }: Model, id: string | null): boolean => id !== null && persons.get(id)?.erased === true;

function verdictOfAssign(model: Model, deed: Operation & { kind: 'assign' }): Verdict {
  const seen = model.sightings.get(keyOf(deed));
  if (!seen || model.gone.has(keyOf(seen)) || isErased(model, seen.owner)) return 'refused';
  const [right, wrong] = [resolve(model, deed.person), resolve(model, seen.owner)];
  if (deed.person === null ? !wrong : !right) return 'refused';
  // Whoever was forgotten before the sighting was recorded has left nothing in it.
  if (seen.uncertain && seen.owner === null) return 'either';
  // Of a stranger who is known from this face only, it is refused.
  if (deed.person === null && wrong && isUnknown(wrong)) return 'either';
  // A sighting of somebody who was forgotten, but not erased yet, is there or is not.
  return right?.id === wrong?.id || seen.loose || (!wrong && seen.owner !== null) ? 'either' : 'done';
}

function verdictOn(model: Model, person: Person, deed: Exclude<Operation, { kind: 'merge' | 'assign' }>): Verdict {
  const others = (name: string): Person[] => called(model, name).filter(({ id }) => id !== person.id);
  switch (deed.kind) {
    case 'name':
      if (others(deed.to).length > 0) return 'refused';
      return deed.to === person.name ? 'either' : 'done';
    case 'alias':
      if (others(deed.alias).length > 0) return 'refused';
      return called(model, deed.alias).length > 0 ? 'either' : 'done';
    case 'forget':
      return 'done';
    case 'split':
    case 'ignore':
    case 'unignore':
      // Which faces a person has is not in the model; and to ignore somebody twice may be refused.
      return 'either';
    default:
      return deed satisfies never;
  }
}
