import type { AuditEntry, Inverse } from '@watchpost/gallery/domain';
import type { Operation } from '@watchpost/gallery/gallery';
import { violated } from '../violation.ts';
import {
  allOf,
  areDifferent,
  called,
  hasName,
  isOfTwo,
  isOnFace,
  isSure,
  isUnknown,
  key,
  keyOf,
  newestOf,
  ownedBy,
  pick,
  resolve,
  same,
  twoOf,
  type Deed,
  type DeedOfTwo,
  type DeedOnFace,
  type Entry,
  type Model,
  type Moved,
  type Person,
  type Seen,
  type Was,
} from './state.ts';
import { verdictOf, verdictOfUndo } from './verdict.ts';

/**
 * Applies a change of the audit. `deed`: what was asked for; null for housekeeping. `excused`: somebody edited by hand, and the process
 * may not have known. Throws what the model does not allow.
 */
export function apply(model: Model, audit: AuditEntry, deed: Deed | null, excused: boolean): void {
  const { id, action, actor, personIds } = audit;
  const none = { persons: new Map(), sightings: new Map(), joined: null, split: null, told: null, forgot: [] };
  const entry: Entry = { id, kind: action, actorId: actor.id, personIds, undone: false, vague: false, ...none };
  if (action === 'edit') adopt(model, entry, audit);
  else if (!deed) keepHouse(model, entry, excused);
  else if (deed.kind === 'undo') undo(model, entry, { asked: deed.entryId, undoes: audit.undoes, excused });
  else {
    if (!excused && verdictOf(model, deed, actor.id) === 'refused') violated(`"${audit.summary}" had to be refused`);
    carryOut(model, entry, deed, audit.inverse);
  }
  if (entry.joined) entry.joined.faceIds = facesBack(audit, entry.joined.to);
  model.entries.push(entry);
}

/** What was deleted is gone, and cannot be brought back. */
export function erase(model: Model): void {
  const forgotten = model.entries.flatMap(({ forgot, undone }) => (undone ? [] : forgot));
  for (const each of forgotten) {
    // Somebody may have said since that it is another's.
    const owner = model.persons.get(model.sightings.get(each)?.owner ?? '');
    if (owner?.deleted && !owner.removed) model.gone.add(each);
  }
  for (const person of model.persons.values()) if (person.deleted && !person.removed) person.erased = true;
}

function keepHouse(model: Model, entry: Entry, excused: boolean): void {
  const [one, other] = entry.personIds.flatMap((id) => resolve(model, id) ?? []);
  if (entry.kind === 'merge' && one && other) {
    if (!excused && (one.ignored || other.ignored || !(isUnknown(one) || isUnknown(other))))
      violated(`housekeeping merged ${one.name} and ${other.name}: no unknown into somebody`);
    if (areDifferent(model, one, other)) violated(`housekeeping merged ${one.name} and ${other.name}, who are known to be different`);
    merge(model, entry, ...chosen(one, other, entry));
  } else if (entry.kind === 'expire' && one) {
    if (!excused && !isUnknown(one)) violated(`housekeeping forgot ${one.name}, who has a name`);
    forget(model, entry, one);
  }
}

/** An edit by hand is in the model already. What taking it back restores is the audit's. */
function adopt({ persons }: Model, entry: Entry, { inverse }: AuditEntry): void {
  for (const { id, set } of inverse?.persons ?? []) {
    const { name, aliases, ignored, mergedInto } = set;
    const before = JSON.parse(JSON.stringify({ name, aliases, ignored, mergedInto }));
    entry.persons.set(id, { before, after: pick(persons.get(id), before) });
  }
}

function undo(
  model: Model,
  entry: Entry,
  { asked, undoes, excused }: { asked: string | null; undoes: string | null; excused: boolean },
): void {
  const undone = model.entries.find(({ id }) => id === undoes);
  if (!undone) return violated(`an undo undid ${undoes}, which is no change`);
  const wanted = asked ?? newestOf(model, entry.actorId)?.id;
  if (undone.id !== wanted)
    violated(`an undo of ${entry.actorId} undid what ${undone.actorId} did (${undone.kind}), not the newest of its own`);
  if (!excused && verdictOfUndo(model, undone) === 'refused') violated(`the undo of ${undone.kind} by ${undone.actorId} had to be refused`);
  // Also those that were matched by the faces since.
  if (undone.joined) follow(model, undone.joined);
  if (undone.split) unsplit(model, undone, undone.split);
  restore(model, undone);
  for (const [id, { before, after }] of undone.sightings) {
    const seen = model.sightings.get(id);
    // What somebody said about the sighting since stays.
    if (seen && same(pick(seen, after), after)) Object.assign(seen, before);
  }
  undone.undone = true;
  if (undone.told) model.different = model.different.filter((pair) => pair !== undone.told);
  if (undone.joined) model.different.push([undone.joined.to, undone.joined.from]);
}

function restore(model: Model, undone: Entry): void {
  for (const [id, { before, after }] of undone.persons) {
    const person = model.persons.get(id);
    if (!person) continue;
    Object.assign(person, before, 'name' in before && { odd: false });
    if (undone.kind === 'edit') person.handNames = person.handNames.filter((name) => name !== after.name);
  }
}

/** The unknown becomes the person again, unless somebody said that a face is the unknown. */
function unsplit(model: Model, undone: Entry, { faceIds, from, to }: Moved): void {
  undone.persons.clear();
  const unknown = model.persons.get(to);
  if ([...model.sightings.values()].some(({ owner, said }) => said && owner === to)) follow(model, { faceIds, from: to, to: from });
  else if (unknown) {
    unknown.mergedInto = from;
    model.different = model.different.filter((pair) => !pair.every((id) => id === from || id === to));
  }
}

/** `inverse`: tells whether somebody became somebody else, was added, or deleted. */
function carryOut(model: Model, entry: Entry, deed: Operation, inverse: Inverse | null): void {
  const isMerge = inverse?.persons.some(({ set }) => set.mergedInto === null) ?? false;
  if (isOnFace(deed)) return correct(model, entry, deed, inverse);
  if (isOfTwo(deed)) return carryOutOfTwo(model, entry, deed);
  const person = resolve(model, deed.person);
  if (!person) return violated(`${deed.kind} changed a person that does not exist`);
  switch (deed.kind) {
    case 'forget':
      return forget(model, entry, person);
    case 'name': {
      // Somebody without a face, whose name it is.
      const namesake = isMerge ? entry.personIds.map((id) => resolve(model, id)).find((each) => each && each.id !== person.id) : null;
      if (namesake) return merge(model, entry, person, namesake);
      person.handNames = [];
      return change(person, { name: deed.to, odd: false }, entry.persons, person.id);
    }
    case 'alias':
      return change(person, { aliases: [...person.aliases, deed.alias] }, entry.persons, person.id);
    case 'split':
      return split(model, entry, person, deed.faceIds);
    case 'ignore':
    case 'unignore':
      return change(person, { ignored: deed.kind === 'ignore' }, entry.persons, person.id);
    case 'remove-face':
      // Which faces a person has is not in the model.
      return undefined;
    default:
      return deed satisfies never;
  }
}

function carryOutOfTwo(model: Model, entry: Entry, deed: DeedOfTwo): void {
  const [one, other] = twoOf(deed).map((id) => resolve(model, id));
  if (!one || !other || one.id === other.id) return violated(`a ${deed.kind} of one person with itself, or with nobody, was done`);
  if (deed.kind === 'merge') return merge(model, entry, ...chosen(one, other, entry));
  entry.told = [one.id, other.id];
  model.different.push(entry.told);
}

/** What is said about one face. */
function correct(model: Model, entry: Entry, deed: DeedOnFace, inverse: Inverse | null): void {
  const seen = model.sightings.get(keyOf(deed));
  if (!seen) return violated('a sighting that does not exist was corrected');
  if (deed.kind === 'dismiss') return dismiss(model, entry, seen, inverse);
  const wrong = resolve(model, seen.owner);
  const isSaid = wrong !== null && (deed.kind === 'assign' || hasName(wrong) || isSure(seen));
  const unknown = isSaid && !hasName(wrong) ? wrong : null;
  const right = deed.kind === 'this-is' ? whoIs(model, entry, deed, unknown) : resolve(model, deed.person);
  change(seen, { owner: right?.id ?? null, said: true, dismissed: false, uncertain: false, loose: false }, entry.sightings, keyOf(seen));
  // Of a stranger whom it only may be, nothing was said.
  if (right && wrong && right.id !== wrong.id) tellApart(model, entry, { right, wrong, isSaid }, inverse);
}

/** Two persons of whom it was said that one is the other, or is not. */
function tellApart(
  model: Model,
  entry: Entry,
  { right, wrong, isSaid }: { right: Person; wrong: Person; isSaid: boolean },
  inverse: Inverse | null,
): void {
  // A stranger whom only this face made is whoever the face is; and so is every stranger of whom somebody says who that is.
  const absorbed = inverse?.persons.find(({ set }) => set.mergedInto === null)?.id;
  if (absorbed === right.id) merge(model, entry, right, wrong);
  else if (absorbed !== undefined) merge(model, entry, wrong, right);
  else if (isSaid) model.different.push([right.id, wrong.id]);
}

/** The person whom a reader means: one who is there, one who got the name, or one who is new. */
function whoIs(model: Model, entry: Entry, { person }: DeedOnFace & { kind: 'this-is' }, unknown: Person | null): Person | null {
  if ('id' in person) return resolve(model, person.id);
  const [known] = called(model, person.name);
  if (known) return known;
  const right =
    unknown ?? entry.personIds.map((id) => model.persons.get(id)).find((each) => each?.number === null && each.name === person.name);
  if (!right) return violated(`nobody got the name ${person.name}`);
  if (unknown) unknown.handNames = [];
  if (unknown) change(unknown, { name: person.name, odd: false }, entry.persons, unknown.id);
  else entry.persons.set(right.id, { before: { deleted: true }, after: { deleted: false } });
  return right;
}

/** With a stranger who was known from this only goes everything of that one. */
function dismiss(model: Model, entry: Entry, seen: Seen, inverse: Inverse | null): void {
  const stranger = resolve(model, seen.owner);
  change(seen, { owner: null, said: true, dismissed: true, uncertain: false, loose: false }, entry.sightings, keyOf(seen));
  if (!stranger || !inverse?.persons.some(({ id, set }) => id === stranger.id && set.deleted === false)) return;
  if (hasName(stranger)) violated(`${stranger.name} is gone with a face that is none`);
  forget(model, entry, stranger);
}

/**
 * A name absorbs a number, ignored or not, the older number the younger. Of two of one name the older one stays, which the entry tells; as
 * it does where a name was given by hand, which the process may or may not have known.
 */
function chosen(from: Person, into: Person, { personIds: [first] }: Entry): [absorbed: Person, kept: Person] {
  const isOpen = [from, into].some(({ odd, looseNames }) => odd || looseNames.length > 0);
  if (isOpen || (hasName(from) && hasName(into) && key(from.name) === key(into.name)))
    return first === into.id ? [into, from] : [from, into];
  const isKept = !hasName(into) && (hasName(from) || Number(from.number) < Number(into.number));
  return isKept ? [into, from] : [from, into];
}

function merge(model: Model, entry: Entry, absorbed: Person, kept: Person): void {
  // A reader knows better.
  model.different = model.different.filter((pair) => !pair.every((id) => [absorbed.id, kept.id].includes(resolve(model, id)?.id ?? '')));
  const known = new Set([kept.name, ...kept.aliases].map((name) => key(name)));
  const names = (hasName(absorbed) ? [absorbed.name, ...absorbed.aliases] : absorbed.aliases).filter((name) => !known.has(key(name)));
  change(absorbed, { mergedInto: kept.id }, entry.persons, absorbed.id);
  change(kept, { aliases: [...kept.aliases, ...names] }, entry.persons, kept.id);
  kept.handNames.push(...absorbed.handNames);
  kept.looseNames.push(...absorbed.looseNames);
  entry.joined = { faceIds: [], from: kept.id, to: absorbed.id };
}

function split(model: Model, entry: Entry, person: Person, faceIds: readonly string[]): void {
  const unknown = entry.personIds.map((id) => model.persons.get(id)).find((each) => each && each.id !== person.id && isUnknown(each));
  if (!unknown) return violated('a split made no new Unknown');
  entry.split = { faceIds, from: person.id, to: unknown.id };
  move(model, entry.split);
  entry.persons.set(unknown.id, { before: { deleted: true }, after: { deleted: false } });
  model.different.push([person.id, unknown.id]);
}

/** Sightings go with the faces that they were matched by, except those of which somebody said whose they are. */
function move(model: Model, { faceIds, from, to }: Moved): void {
  for (const seen of model.sightings.values()) {
    const isMatched = !seen.said && seen.faceId !== null && faceIds.includes(seen.faceId);
    if (isMatched && resolve(model, seen.owner)?.id === from) seen.owner = to;
  }
}

/** The faces that undoing brings back to a person. */
function facesBack({ inverse }: AuditEntry, personId: string): string[] {
  return inverse?.faces.flatMap(({ id, set }) => (set.personId === personId ? [id] : [])) ?? [];
}

/** As `move`, and with what was learnt from these sightings whatever that matched. */
function follow(model: Model, { faceIds, from, to }: Moved): void {
  const left = new Set(faceIds);
  for (const faceId of left) {
    const matched = [...model.sightings.values()].filter((seen) => !seen.said && seen.faceId === faceId && seen.owner === from);
    for (const [learnt, key] of model.learnt) if (matched.some((seen) => keyOf(seen) === key)) left.add(learnt);
  }
  move(model, { faceIds: [...left], from, to });
}

function forget(model: Model, entry: Entry, person: Person): void {
  entry.forgot = ownedBy(model, person).flatMap((seen) => (seen.loose ? [] : [keyOf(seen)]));
  for (const each of allOf(model, person)) change(each, { deleted: true }, entry.persons, each.id);
}

function change<T extends object>(subject: T, to: Partial<T>, was: Map<string, Was<T>>, id: string): void {
  const earlier = was.get(id);
  was.set(id, { before: { ...pick(subject, to), ...earlier?.before }, after: { ...earlier?.after, ...to } });
  Object.assign(subject, to);
}
