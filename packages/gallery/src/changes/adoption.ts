import type { Logger } from '@watchpost/shared/observability/logger';
import { personStatus, type Actor, type Head, type HandEdits, type Inverse, type PersonFields, type StoredPerson } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { GalleryStore } from '../store.ts';
import { nameKey } from '../names.ts';
import { createChange, type Audited, type Change } from './change.ts';
import { numbersOf } from './plan-merge.ts';
import type { Transact } from './transact.ts';

/** In the audit: whoever edits the database by hand. */
const database = { id: 'database' };
/** In one commit; the rest follows in the next. */
const together = { persons: 100, faces: 300 };
/** In a summary. */
const named = 3;

/**
 * The change that takes over what was edited by hand, so that all processes learn it in order and it can be undone; null if there is
 * nothing. A hand-given name of a person that was merged into another is never lost: the other one gets it. A merge by hand into
 * somebody who is not there, or in a circle, is undone. `repair`: the edits are a repair that
 * this actor asked for; the summary tells what was repaired.
 */
export function planAdoption(mirror: Mirror, base: Head, edits: HandEdits, repair?: { actor: Actor; summary: string }): Audited | null {
  const persons = edits.persons.slice(0, together.persons);
  const faceIds = edits.faceIds.slice(0, together.faces);
  if (persons.length + faceIds.length === 0) return null;
  const change = createChange(base);
  change.adopt({ persons: persons.map(({ id, name }) => ({ id, name })), faceIds });
  settleMerges(mirror, change, persons, base.nowMs);
  const parts = [
    ...persons.map((person) => describe(mirror.stored(person.id), person)),
    ...(faceIds.length > 0 ? [facesAdded(faceIds)] : []),
  ];
  const more = parts.length > named ? `, and ${parts.length - named} more` : '';
  const edited = `edited in the database: ${parts.slice(0, named).join(', ')}${more}`;
  const { changeset, audit } = repair ? change.audited('repair', repair.actor, repair.summary) : change.audited('edit', database, edited);
  const whole = { ...audit, inverse: audit.inverse && withEditsBack(mirror, audit.inverse, persons) };
  return { changeset: { ...changeset, audit: whole }, audit: whole };
}

/** Adopts everything that was edited by hand, in as many commits as it takes. Rejects with `gallery-unavailable`. */
export function createAdopt({ store, mirror, transact, log }: { store: GalleryStore; mirror: Mirror; transact: Transact; log: Logger }) {
  /** What was taken over and is still said to be edited: to try again would change nothing. */
  const stuck = createStuckEdits();
  const adoptSome = async (signal: AbortSignal): Promise<HandEdits & { more: boolean }> => {
    const { more, adoption, version } = await transact(async (base) => {
      const fresh = stuck.without(await store.edits(signal));
      const plan = planAdoption(mirror, base, fresh);
      const more = fresh.persons.length >= together.persons || fresh.faceIds.length >= together.faces;
      const adoption = { persons: fresh.persons.slice(0, together.persons), faceIds: fresh.faceIds.slice(0, together.faces) };
      return { changeset: plan?.changeset ?? null, result: { more, adoption, version: base.version + 1 } };
    }, signal);
    stuck.note(adoption, version);
    return { ...adoption, more };
  };
  return async (signal: AbortSignal): Promise<void> => {
    for (let more = true; more;) {
      const adopted = await adoptSome(signal);
      ({ more } = adopted);
      const [persons, faces] = [adopted.persons.length, adopted.faceIds.length];
      // Without the summary: it has names, which no log may have.
      if (persons + faces > 0) log.info({ persons, faces }, 'edits made by hand were adopted');
    }
  };
}

function createStuckEdits() {
  const persons = new Map<string, { as: string; version: number }>();
  const faces = new Set<string>();
  const isStuck = (person: StoredPerson): boolean => {
    const taken = persons.get(person.id);
    return taken !== undefined && taken.version >= person.version && taken.as === contentOf(person);
  };
  return {
    note: (adoption: HandEdits, version: number): void => {
      for (const person of adoption.persons) persons.set(person.id, { as: contentOf(person), version });
      for (const id of adoption.faceIds) faces.add(id);
    },
    /** Forgets those that are no longer edited. */
    without: (edits: HandEdits): HandEdits => {
      const edited = new Set([...edits.persons.map(({ id }) => id), ...edits.faceIds]);
      for (const taken of [persons, faces]) for (const id of taken.keys()) if (!edited.has(id)) taken.delete(id);
      return { persons: edits.persons.filter((person) => !isStuck(person)), faceIds: edits.faceIds.filter((id) => !faces.has(id)) };
    },
  };
}

/** Merges among the edited persons: each leads to somebody, and the name and the numbers go there. */
function settleMerges(mirror: Mirror, change: Change, edited: readonly StoredPerson[], nowMs: number): void {
  const now = new Map(edited.map((person) => [person.id, person]));
  const find = (id: string): StoredPerson | null => now.get(id) ?? mirror.stored(id);
  const set = (person: StoredPerson, fields: PersonFields): void => {
    change.setPerson(person, fields);
    now.set(person.id, { ...person, ...fields });
  };
  for (const { id } of edited) {
    const person = find(id);
    if (!person || person.deleted || person.mergedInto === null) continue;
    const target = endOf(person, find);
    if (!target) {
      set(person, { mergedInto: null, mergedAtMs: null });
      continue;
    }
    if (person.mergedAtMs === null) set(person, { mergedAtMs: nowMs });
    const formerNumbers = numbersOf(target, person);
    if (formerNumbers.length > target.formerNumbers.length) set(target, { formerNumbers });
    if (isUnknown(person) || [target.name, ...target.aliases].some((name) => nameKey(name) === nameKey(person.name))) continue;
    const heir = find(target.id) ?? target;
    set(heir, isUnknown(target) ? { name: person.name } : { aliases: [...target.aliases, person.name] });
  }
}

/** The person that this one became; null if it leads nowhere or in a circle. */
function endOf(person: StoredPerson, find: (id: string) => StoredPerson | null): StoredPerson | null {
  const seen = new Set<string>();
  let end: StoredPerson | null = person;
  while (end && !end.deleted && end.mergedInto !== null) {
    if (seen.has(end.id)) return null;
    seen.add(end.id);
    end = find(end.mergedInto);
  }
  return end?.deleted ? null : end;
}

function isUnknown(person: StoredPerson): boolean {
  return personStatus({ ...person, ignored: false }) === 'unknown';
}

function describe(before: StoredPerson | null, { name, deleted }: StoredPerson): string {
  if (deleted) return `${name} was removed`;
  if (!before) return `${name} is new`;
  return before.name === name ? name : `${before.name} → ${name}`;
}

function facesAdded({ length }: readonly string[]): string {
  return length === 1 ? 'a face is new' : `${length} faces are new`;
}

const fieldsByHand = ['name', 'number', 'aliases', 'ignored', 'mergedInto', 'deleted'] as const;

/** With the fields as they were before the edits by hand, as far as they are known. */
function withEditsBack(mirror: Mirror, inverse: Inverse, edited: readonly StoredPerson[]): Inverse {
  const sets = new Map(inverse.persons.map(({ id, set }) => [id, set]));
  for (const person of edited) {
    const before = mirror.stored(person.id);
    if (!before) continue;
    const changed = fieldsByHand.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(person[field]));
    if (changed.length > 0)
      sets.set(person.id, { ...sets.get(person.id), ...Object.fromEntries(changed.map((field) => [field, before[field]])) });
  }
  return { ...inverse, persons: [...sets].map(([id, set]) => ({ id, isNew: false, set })) };
}

function contentOf(person: StoredPerson): string {
  return JSON.stringify({ ...person, version: 0 });
}
