import type { AuditEntry } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import type { Face } from './pictures.ts';
import { violated } from './violation.ts';

/** What a reader or an operator asks for. */
export type Deed = Operation | { kind: 'undo'; entryId: string | null };

export interface Person {
  id: string;
  name: string;
  number: number | null;
  aliases: string[];
  ignored: boolean;
  mergedInto: string | null;
  deleted: boolean;
  /** By hand: nothing brings it back. */
  removed: boolean;
  erased: boolean;
  /** Names given by hand that not every process knows yet: they must not get lost. */
  handNames: string[];
  /** And those after which another process gave the person a name, which may come before or after: either may be its name. */
  looseNames: string[];
  /** Its name is not a text. What is shown is free; that it is there is not. */
  odd: boolean;
}

/** A face that was recognised, and whose it is. */
export interface Seen {
  snapshotId: string;
  position: number;
  face: Face;
  owner: string | null;
  /** The reference that it was matched by: of several equally near the gallery may choose any. */
  faceId: string | null;
  uncertain: boolean;
  /** Somebody said whose it is. */
  said: boolean;
  /** Recorded while something else was going on: whose it is may have been decided before or after that. */
  loose: boolean;
}

interface Was<T> {
  before: Partial<T>;
  after: Partial<T>;
}

/** A change, with what it made of whom, so that it can be taken back. */
export interface Entry {
  id: string;
  kind: string;
  actorId: string;
  personIds: string[];
  undone: boolean;
  persons: Map<string, Was<Person>>;
  sightings: Map<string, Was<Seen>>;
  /** Of a merge: who became one. */
  joined: [absorbed: string, kept: string] | null;
  /** Of a forget: the sightings of the forgotten. */
  forgot: string[];
}

export type Model = ReturnType<typeof createModel>;
export type Verdict = 'done' | 'refused' | 'either';

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const key = (name: string): string => name.toLowerCase();
export const keyOf = ({ snapshotId, position }: Pick<Seen, 'snapshotId' | 'position'>): string => `${snapshotId}/${position}`;
export const isUnknown = ({ ignored, name, number }: Person): boolean => !ignored && number !== null && name === `Unknown ${number}`;

/** The gallery as it ought to be: persons, sightings, changes one after the other. No faces, no processes, no database. */
export function createModel() {
  const persons = new Map<string, Person>();
  const sightings = new Map<string, Seen>();
  const entries: Entry[] = [];
  const numbers = new Map<number, string>();
  /** Pairs of persons of whom a reader said, or a picture showed, that they are not the same. */
  let different: [string, string][] = [];
  /** Sightings that must be nowhere. */
  const gone = new Set<string>();

  /** The person that it is now, after merges; null if it was forgotten or removed. */
  const resolve = (id: string | null): Person | null => {
    let person = id === null ? undefined : persons.get(id);
    while (person && !person.deleted && person.mergedInto !== null) person = persons.get(person.mergedInto);
    return person && !person.deleted ? person : null;
  };
  const live = (): Person[] => [...persons.values()].filter(({ deleted, mergedInto }) => !deleted && mergedInto === null);
  const idsOf = (person: Person): Person[] => [...persons.values()].filter(({ id }) => resolve(id)?.id === person.id);
  const ownedBy = (person: Person): Seen[] => [...sightings.values()].filter(({ owner }) => resolve(owner)?.id === person.id);
  const called = (name: string): Person[] => {
    const by = (test: (person: Person) => boolean): Person[] => live().filter(test);
    const byName = by((person) => key(person.name) === key(name));
    if (byName.length > 0) return byName;
    return by(({ aliases, number }) => aliases.some((alias) => key(alias) === key(name)) || key(`Unknown ${number}`) === key(name));
  };
  const isTaken = (name: string, by: Person): boolean => called(name).some(({ id }) => id !== by.id);
  const areDifferent = (one: Person, other: Person): boolean =>
    different.some((pair) => pair.some((id) => resolve(id)?.id === one.id) && pair.some((id) => resolve(id)?.id === other.id));
  const newestOf = (actorId: string): Entry | undefined =>
    entries.findLast(({ kind, undone, actorId: by }) => by === actorId && !undone && kind !== 'undo');
  const isGone = (id: string): boolean => !persons.has(id) || persons.get(id)?.removed === true || persons.get(id)?.erased === true;

  const verdictOfUndo = (entry: Entry | undefined): Verdict => {
    if (!entry || entry.undone || entry.kind === 'undo' || entry.kind === 'edit') return 'refused';
    const changed = [...entry.persons].some(([id, { after }]) => isGone(id) || !same(pick(persons.get(id), after), after));
    if (changed || entry.personIds.some((id) => persons.get(id)?.erased)) return 'refused';
    // One that nothing came after can be taken back for sure. Of others the gallery may refuse those that depend on each other in faces.
    return entries.at(-1) === entry && !entry.personIds.some((id) => persons.get(id)?.deleted && entry.forgot.length === 0) ? 'done' : 'either';
  };

  /** Whether this must be done, must be refused, or either. */
  const verdict = (deed: Deed, actorId: string): Verdict => {
    if (deed.kind === 'undo') {
      const named = entries.find(({ id }) => id === deed.entryId);
      return verdictOfUndo(deed.entryId === null ? newestOf(actorId) : named);
    }
    if (deed.kind === 'merge') {
      const [from, into] = [resolve(deed.from), resolve(deed.into)];
      return from && into && from.id !== into.id ? 'done' : 'refused';
    }
    if (deed.kind === 'assign') {
      const seen = sightings.get(`${deed.snapshotId}/${deed.position}`);
      const [right, wrong] = [resolve(deed.person), resolve(seen?.owner ?? null)];
      if (!seen || persons.get(seen.owner ?? '')?.erased || gone.has(keyOf(seen))) return 'refused';
      if (deed.person === null ? !wrong : !right) return 'refused';
      // A sighting of somebody who was forgotten, but not erased yet, is there or is not.
      return right?.id === wrong?.id || seen.loose || (!wrong && seen.owner !== null) ? 'either' : 'done';
    }
    const person = resolve(deed.person);
    if (!person) return 'refused';
    if (deed.kind === 'name') return isTaken(deed.to, person) ? 'refused' : key(deed.to) === key(person.name) ? 'either' : 'done';
    if (deed.kind === 'alias') return isTaken(deed.alias, person) ? 'refused' : called(deed.alias).length > 0 ? 'either' : 'done';
    return deed.kind === 'split' || deed.kind === 'ignore' || deed.kind === 'unignore' ? 'either' : 'done';
  };

  const start = ({ id, action, actor, personIds }: AuditEntry): Entry => {
    const lists = { personIds, persons: new Map(), sightings: new Map(), joined: null, forgot: [] };
    return { id, kind: action, actorId: actor.id, undone: false, ...lists };
  };
  const change = <T extends object>(subject: T, to: Partial<T>, was: Map<string, Was<T>>, id: string): void => {
    const earlier = was.get(id);
    was.set(id, { before: { ...pick(subject, to), ...earlier?.before }, after: { ...earlier?.after, ...to } });
    Object.assign(subject, to);
  };

  const merge = (entry: Entry, from: Person, into: Person): void => {
    const older = isUnknown(into) && (!isUnknown(from) || Number(from.number) < Number(into.number));
    const [absorbed, kept] = older ? [into, from] : [from, into];
    const names = isUnknown(absorbed) ? absorbed.aliases : [absorbed.name, ...absorbed.aliases];
    change(absorbed, { mergedInto: kept.id }, entry.persons, absorbed.id);
    change(kept, { aliases: [...kept.aliases, ...names] }, entry.persons, kept.id);
    kept.handNames.push(...absorbed.handNames);
    kept.looseNames.push(...absorbed.looseNames);
    entry.joined = [absorbed.id, kept.id];
  };

  const forget = (entry: Entry, person: Person): void => {
    entry.forgot = ownedBy(person).flatMap((seen) => (seen.loose ? [] : [keyOf(seen)]));
    for (const each of idsOf(person)) change(each, { deleted: true }, entry.persons, each.id);
  };

  const undo = (entry: Entry, deed: Deed & { kind: 'undo' }, undoes: string | null): void => {
    const undone = entries.find(({ id }) => id === undoes);
    if (!undone) return violated(`an undo undid ${undoes}, which is no change`);
    const wanted = deed.entryId ?? newestOf(entry.actorId)?.id;
    if (undone.id !== wanted) violated(`an undo of ${entry.actorId} undid what ${undone.actorId} did (${undone.kind}), not the newest of its own`);
    if (verdictOfUndo(undone) === 'refused') violated(`the undo of ${undone.kind} by ${undone.actorId} had to be refused`);
    for (const [id, { before }] of undone.persons) Object.assign(persons.get(id) ?? {}, before);
    for (const [id, { before, after }] of undone.sightings) {
      const seen = sightings.get(id);
      if (seen && same(pick(seen, after), after)) Object.assign(seen, before);
    }
    undone.undone = true;
    if (undone.joined) different.push(undone.joined);
  };

  const carryOut = (entry: Entry, deed: Operation): void => {
    if (deed.kind === 'assign') {
      const [seen, right] = [sightings.get(`${deed.snapshotId}/${deed.position}`), resolve(deed.person)];
      const wrong = resolve(seen?.owner ?? null);
      if (!seen) return violated('a sighting that does not exist was corrected');
      change(seen, { owner: right?.id ?? null, said: true, uncertain: false, loose: false }, entry.sightings, keyOf(seen));
      if (right && wrong && right.id !== wrong.id) different.push([right.id, wrong.id]);
      return;
    }
    const [from, into] = deed.kind === 'merge' ? [resolve(deed.from), resolve(deed.into)] : [resolve(deed.person), null];
    if (!from) return violated(`${deed.kind} changed a person that does not exist`);
    if (deed.kind === 'merge') {
      if (!into || from.id === into.id) return violated('a merge of one person with itself was done');
      different = different.filter((pair) => !pair.every((id) => [from.id, into.id].includes(resolve(id)?.id ?? '')));
      return merge(entry, from, into);
    }
    if (deed.kind === 'forget') return forget(entry, from);
    if (deed.kind === 'name') {
      from.handNames = [];
      return change(from, { name: deed.to, odd: false }, entry.persons, from.id);
    }
    if (deed.kind === 'alias') return change(from, { aliases: [...from.aliases, deed.alias] }, entry.persons, from.id);
    if (deed.kind !== 'split') return change(from, { ignored: deed.kind === 'ignore' }, entry.persons, from.id);
    const split = entry.personIds.map((id) => persons.get(id)).find((person) => person && person.id !== from.id && isUnknown(person));
    if (!split) return violated('a split made no new Unknown');
    for (const seen of ownedBy(from))
      if (!seen.said && seen.faceId !== null && deed.faceIds.includes(seen.faceId))
        change(seen, { owner: split.id }, entry.sightings, keyOf(seen));
    entry.persons.set(split.id, { before: { deleted: true }, after: { deleted: false } });
    different.push([from.id, split.id]);
  };

  /** Applies a change of the audit. `deed`: what was asked for; null for housekeeping. Throws what the model does not allow. */
  const apply = (audit: AuditEntry, deed: Deed | null, excused: boolean): void => {
    const entry = start(audit);
    if (deed && !excused && deed.kind !== 'undo' && verdict(deed, audit.actor.id) === 'refused')
      violated(`"${audit.summary}" had to be refused`);
    const [one, other] = audit.personIds.flatMap((id) => resolve(id) ?? []);
    if (deed?.kind === 'undo') undo(entry, deed, audit.undoes);
    else if (deed) carryOut(entry, deed);
    else if (audit.action === 'merge' && one && other) {
      if (!excused && (!isUnknown(one) || !isUnknown(other))) violated(`housekeeping merged ${one.name} and ${other.name}: not two unknowns`);
      if (areDifferent(one, other)) violated(`housekeeping merged ${one.name} and ${other.name}, who are known to be different`);
      merge(entry, one, other);
    } else if (audit.action === 'expire' && one) {
      if (!excused && !isUnknown(one)) violated(`housekeeping forgot ${one.name}, who has a name`);
      forget(entry, one);
    }
    entries.push(entry);
  };

  return {
    persons,
    sightings,
    entries,
    gone,
    resolve,
    live,
    called,
    verdict,
    apply,
    /** A new person, of recognising or of a split, or inserted by hand. */
    add: (id: string, number: number | null, name: string): void => {
      const before = number === null ? undefined : numbers.get(number);
      if (before !== undefined) violated(`the number ${number} was used twice`);
      if (number !== null) numbers.set(number, id);
      const no = { ignored: false, mergedInto: null, deleted: false, removed: false, erased: false, odd: false };
      persons.set(id, { id, name, number, aliases: [], handNames: [], looseNames: [], ...no });
    },
    record: (seen: Seen): void => void sightings.set(keyOf(seen), seen),
    /** Two persons in one picture are not the same. */
    seenTogether: (one: string, other: string): void => void different.push([one, other]),
    /** What was deleted is gone, and cannot be brought back. */
    erase: (): void => {
      const forgotten = entries.flatMap(({ forgot, undone }) => (undone ? [] : forgot));
      for (const each of forgotten) if (!resolve(sightings.get(each)?.owner ?? null)) gone.add(each);
      for (const person of persons.values()) if (person.deleted) person.erased = true;
    },
  };
}

function pick<T extends object>(from: T | undefined, fields: Partial<T>): Partial<T> {
  const entries = Object.keys(fields).map((field) => [field, from && Reflect.get(from, field)]);
  return Object.fromEntries(entries) as Partial<T>;
}
