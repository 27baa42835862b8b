import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import type { Actor } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import {
  nameKey,
  personStatus,
  unknownName,
  validName,
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type Head,
  type PersonChange,
  type StoredPerson,
} from '../domain.ts';
import { surplusReferences } from '../decide/references.ts';

/** A change and the one that takes it back. */
export interface Plan {
  changeset: Omit<Changeset, 'audit'>;
  inverse: NonNullable<AuditEntry['inverse']>;
  personIds: string[];
  summary: string;
}

/** The one person meant by an id or a name. Rejects with `person-not-found`, or `change-refused` where several have the name. */
export function whom(mirror: Mirror, reference: string): StoredPerson {
  const byId = mirror.person(reference);
  if (byId) return byId;
  const [person, ...others] = mirror.called(reference);
  if (!person) throw new AppError('person-not-found', `nobody is called "${reference}"`);
  if (others.length > 0) throw new AppError('change-refused', `${others.length + 1} persons are called "${reference}"`);
  return person;
}

/** The change as it is committed, with its audit entry. */
export function withAudit({ changeset, inverse, personIds, summary }: Plan, action: AuditEntry['action'], actor: Actor, base: Head) {
  const audit: AuditEntry = {
    id: randomUUID(),
    action,
    actor,
    atMs: Date.now(),
    personIds,
    summary,
    inverse,
    undone: false,
    undoes: null,
    version: base.version + 1,
  };
  return { changeset: { ...changeset, audit }, audit };
}

const personChange = (id: string, set: Partial<Omit<StoredPerson, 'id' | 'version'>>): PersonChange => ({ id, isNew: false, set });
const faceChange = (id: string, set: Extract<FaceChange, { isNew: false }>['set']): FaceChange => ({ id, isNew: false, set });

/** An unknown takes the place of a namesake without faces (an imported name): the two become one. `cap`: as for `planMerge`. */
export function planName(mirror: Mirror, reference: string, to: string, cap: number): Plan {
  const person = whom(mirror, reference);
  const name = validName(to);
  const [namesake, ...others] = mirror.called(name);
  const waits = namesake && others.length === 0 && namesake.id !== person.id && mirror.facesOf(namesake.id).length === 0;
  if (waits && personStatus(namesake) === 'named' && personStatus(person) === 'unknown') {
    return { ...planMerge(mirror, person.id, namesake.id, cap), summary: `${person.name} → ${namesake.name}` };
  }
  refuseTaken(mirror, name, person);
  return {
    changeset: { persons: [personChange(person.id, { name })], faces: [] },
    inverse: { persons: [personChange(person.id, { name: person.name })], faces: [], moveSightings: [] },
    personIds: [person.id],
    summary: `${person.name} → ${name}`,
  };
}

export function planAlias(mirror: Mirror, reference: string, alias: string, remove: boolean): Plan {
  const person = whom(mirror, reference);
  const name = validName(alias);
  if (!remove) refuseTaken(mirror, name, person);
  const others = person.aliases.filter((known) => nameKey(known) !== nameKey(name));
  return {
    changeset: { persons: [personChange(person.id, { aliases: remove ? others : [...others, name] })], faces: [] },
    inverse: { persons: [personChange(person.id, { aliases: person.aliases })], faces: [], moveSightings: [] },
    personIds: [person.id],
    summary: `${person.name}: alias ${name}${remove ? ' removed' : ''}`,
  };
}

function refuseTaken(mirror: Mirror, name: string, person: StoredPerson): void {
  const taken = mirror.called(name).find(({ id }) => id !== person.id);
  if (taken) throw new AppError('name-taken', `somebody is called "${taken.name}" already`);
}

/** `cap`: faces of one model that a person keeps. */
export function planMerge(mirror: Mirror, from: string, into: string, cap: number): Plan {
  const [one, other] = [whom(mirror, from), whom(mirror, into)];
  if (one.id === other.id) throw new AppError('change-refused', 'a person cannot be merged with itself');
  const [goes, stays] = whoStays(one, other);
  const moved = mirror.facesOf(goes.id);
  const models = new Set([...moved, ...mirror.facesOf(stays.id)].map(({ modelId }) => modelId));
  const surplus = [...models].flatMap((modelId) =>
    surplusReferences([...mirror.references(stays.id, modelId), ...mirror.references(goes.id, modelId)], cap),
  );
  const names = personStatus(goes) === 'named' ? [goes.name, ...goes.aliases] : goes.aliases;
  const aliases = [...stays.aliases, ...names.filter((name) => nameKey(name) !== nameKey(stays.name))];
  return {
    changeset: {
      persons: [personChange(goes.id, { mergedInto: stays.id }), personChange(stays.id, { aliases })],
      faces: mergeFaceChanges(
        moved.map(({ id }) => id),
        stays.id,
        surplus,
        { deleted: true },
      ),
    },
    inverse: {
      persons: [personChange(goes.id, { mergedInto: null }), personChange(stays.id, { aliases: stays.aliases })],
      faces: mergeFaceChanges(
        moved.map(({ id }) => id),
        goes.id,
        surplus,
        { deleted: false },
      ),
      moveSightings: [],
    },
    personIds: [goes.id, stays.id],
    summary: `${goes.name} merged into ${stays.name}`,
  };
}

/** One change a face: the moved ones and the surplus ones overlap. */
function mergeFaceChanges(
  moved: readonly string[],
  personId: string,
  surplus: readonly string[],
  gone: { deleted: boolean },
): FaceChange[] {
  const both = new Set([...moved, ...surplus]);
  return [...both].map((id) => faceChange(id, { ...(moved.includes(id) && { personId }), ...(surplus.includes(id) && gone) }));
}

function whoStays(from: StoredPerson, into: StoredPerson): [goes: StoredPerson, stays: StoredPerson] {
  const [fromUnknown, intoUnknown] = [from, into].map((person) => personStatus(person) === 'unknown');
  if (intoUnknown && !fromUnknown) return [into, from];
  if (intoUnknown && fromUnknown && (from.number ?? Infinity) < (into.number ?? Infinity)) return [into, from];
  return [from, into];
}

export function planSplit(mirror: Mirror, reference: string, faceIds: readonly string[], base: Head): Plan {
  const person = whom(mirror, reference);
  const wanted = new Set(faceIds);
  const own = mirror.facesOf(person.id).filter(({ role }) => role === 'reference');
  const leaving = own.filter(({ id }) => wanted.has(id)).map(({ id }) => id);
  if (leaving.length !== wanted.size || leaving.length === 0)
    throw new AppError('change-refused', `these are not all faces of ${person.name}`);
  if (leaving.length === own.length) throw new AppError('change-refused', `${person.name} would be left without a face`);
  const id = randomUUID();
  const name = unknownName(base.nextNumber);
  const fresh = { name, number: base.nextNumber, aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: Date.now() };
  return {
    changeset: {
      persons: [{ id, isNew: true, set: fresh }],
      faces: leaving.map((faceId) => faceChange(faceId, { personId: id })),
      moveSightings: [{ faceIds: leaving, personId: id }],
      nextNumber: base.nextNumber + 1,
    },
    inverse: {
      persons: [personChange(id, { deleted: true })],
      faces: leaving.map((faceId) => faceChange(faceId, { personId: person.id })),
      moveSightings: [{ faceIds: leaving, personId: person.id }],
    },
    personIds: [person.id, id],
    summary: `${leaving.length} of ${person.name}'s faces became ${name}`,
  };
}

export function planIgnore(mirror: Mirror, reference: string, ignored: boolean): Plan {
  const person = whom(mirror, reference);
  return {
    changeset: { persons: [personChange(person.id, { ignored })], faces: [] },
    inverse: { persons: [personChange(person.id, { ignored: person.ignored })], faces: [], moveSightings: [] },
    personIds: [person.id],
    summary: `${person.name} is ${ignored ? 'ignored' : 'no longer ignored'}`,
  };
}

/** The person with everybody who was merged into it, and all its faces. */
export function planForget(mirror: Mirror, reference: string): Plan {
  const person = whom(mirror, reference);
  const ids = mirror.idsByPerson().get(person.id) ?? [person.id];
  const faceIds = ids.flatMap((id) => mirror.facesOf(id).map((face) => face.id));
  const all = (deleted: boolean) => ({
    persons: ids.map((id) => personChange(id, { deleted })),
    faces: faceIds.map((id) => faceChange(id, { deleted })),
  });
  return { changeset: all(true), inverse: { ...all(false), moveSightings: [] }, personIds: ids, summary: `${person.name} was forgotten` };
}
