import { randomUUID } from 'node:crypto';
import {
  type Actor,
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type Head,
  type Inverse,
  type PersonChange,
  type PersonFields,
  type SightingAssignment,
  type StoredFace,
  type StoredPerson,
} from '../domain.ts';
import { unknownName, validName } from '../names.ts';

/** A face to add. `id`: given where the same face must not be added twice. */
export interface NewFace extends Omit<StoredFace, 'id' | 'createdAtMs' | 'deleted' | 'version'> {
  id?: string;
  createdAtMs?: number;
  crop?: Uint8Array | null | undefined;
}

/** A change that grows step by step and records its own inverse. Steps on the same person or face add up; what was added stays new. */
export interface Change {
  /** Adds a named person without faces. Throws `name-invalid`. */
  createPerson(name: string): { id: string; name: string };
  /** Adds an unknown with the next number. */
  createUnknown(): { id: string; name: string };
  /** Changes fields of a person; `before` as it is now. */
  setPerson(before: StoredPerson, set: PersonFields): void;
  /** Returns the face's id. */
  addFace(face: NewFace): string;
  moveFace(before: Pick<StoredFace, 'id' | 'personId'>, personId: string): void;
  removeFace(id: string): void;
  /** The sightings matched by these faces go from one person to another. */
  moveSightings(faceIds: string[], from: string, to: string): void;
  /** One face of a snapshot goes to another person, or to nobody. */
  assign(face: Omit<SightingAssignment, 'personId'>, from: string | null, to: string | null): void;
  /** Without an audit entry; null if nothing was changed. */
  changeset(): Changeset | null;
  /** With its audit entry, which names every person that was touched. */
  audited(action: AuditEntry['action'], actor: Actor, summary: string): Audited;
}

export interface Audited {
  changeset: Changeset;
  audit: AuditEntry;
}

/** Starts a change on top of `base`. Pure except for ids and the clock. */
export function createChange(base: Head): Change {
  const nowMs = Date.now();
  const persons = new Map<string, PersonChange>();
  const faces = new Map<string, FaceChange>();
  const personsBack = new Map<string, PersonFields>();
  const facesBack = new Map<string, Inverse['faces'][number]['set']>();
  const sightings: Pick<Inverse, 'moveSightings' | 'assignments'> = { moveSightings: [], assignments: [] };
  const sightingsBack: typeof sightings = { moveSightings: [], assignments: [] };
  const touched = new Set<string>();
  let { nextNumber } = base;

  const addPerson = (name: string, number: number | null): { id: string; name: string } => {
    const id = randomUUID();
    const set = { name, number, aliases: [], ignored: false, mergedInto: null, deleted: false, createdAtMs: nowMs };
    persons.set(id, { id, isNew: true, set });
    personsBack.set(id, { deleted: true });
    touched.add(id);
    return { id, name };
  };
  const setFace = (id: string, set: Inverse['faces'][number]['set'], back: typeof set): void => {
    const earlier = faces.get(id);
    if (earlier?.isNew) faces.set(id, { ...earlier, set: { ...earlier.set, ...set } });
    else faces.set(id, { id, isNew: false, set: { ...earlier?.set, ...set } });
    if (!earlier?.isNew) facesBack.set(id, { ...back, ...facesBack.get(id) });
  };
  const setPerson: Change['setPerson'] = (before, set) => {
    const { id } = before;
    const earlier = persons.get(id);
    touched.add(id);
    if (earlier?.isNew) persons.set(id, { ...earlier, set: { ...earlier.set, ...set } });
    else persons.set(id, { id, isNew: false, set: { ...earlier?.set, ...set } });
    if (!earlier?.isNew) personsBack.set(id, { ...fieldsBefore(before, set), ...personsBack.get(id) });
  };
  const collected = (): Changeset => ({
    persons: [...persons.values()],
    faces: [...faces.values()],
    ...sightings,
    ...(nextNumber !== base.nextNumber && { nextNumber }),
  });
  const inverse = (): Inverse => ({
    persons: [...personsBack].map(([id, set]) => ({ id, isNew: false, set })),
    faces: [...facesBack].map(([id, set]) => ({ id, isNew: false, set })),
    ...sightingsBack,
  });

  return {
    createPerson: (name) => addPerson(validName(name), null),
    createUnknown: () => {
      const number = nextNumber;
      nextNumber += 1;
      return addPerson(unknownName(number), number);
    },
    setPerson,
    addFace: ({ id = randomUUID(), createdAtMs = nowMs, crop = null, ...fields }) => {
      faces.set(id, { id, isNew: true, set: { ...fields, createdAtMs, deleted: false }, crop });
      facesBack.set(id, { deleted: true });
      touched.add(fields.personId);
      return id;
    },
    moveFace: ({ id, personId: from }, personId) => {
      setFace(id, { personId }, { personId: from });
      touched.add(from).add(personId);
    },
    removeFace: (id) => setFace(id, { deleted: true }, { deleted: false }),
    moveSightings: (faceIds, from, to) => {
      sightings.moveSightings.push({ faceIds, personId: to });
      sightingsBack.moveSightings.push({ faceIds, personId: from });
      touched.add(from).add(to);
    },
    assign: (face, from, to) => {
      sightings.assignments.push({ ...face, personId: to });
      sightingsBack.assignments.push({ ...face, personId: from });
      if (to !== null) touched.add(to);
    },
    changeset: () => (persons.size + faces.size > 0 ? collected() : null),
    audited: (action, actor, summary) =>
      withAudit(collected(), base, { action, actor, summary, personIds: [...touched], inverse: inverse(), undoes: null }),
  };
}

/** The change that undoes an audit entry with this inverse. */
export function undoChange(entry: AuditEntry, inverse: Inverse, actor: Actor, base: Head): Audited {
  const summary = `undone: ${entry.summary}`;
  return withAudit(inverse, base, { action: 'undo', actor, summary, personIds: entry.personIds, inverse: null, undoes: entry.id });
}

type AuditFields = Omit<AuditEntry, 'id' | 'atMs' | 'undone' | 'version'>;

function withAudit(changes: Omit<Changeset, 'audit'>, base: Head, fields: AuditFields): Audited {
  const audit: AuditEntry = { id: randomUUID(), atMs: Date.now(), undone: false, version: base.version + 1, ...fields };
  return { changeset: { ...changes, audit }, audit };
}

/** The fields that `set` changes, as they were before. */
function fieldsBefore({ name, number, aliases, ignored, mergedInto, deleted, createdAtMs }: StoredPerson, set: PersonFields): PersonFields {
  return {
    ...('name' in set && { name }),
    ...('number' in set && { number }),
    ...('aliases' in set && { aliases }),
    ...('ignored' in set && { ignored }),
    ...('mergedInto' in set && { mergedInto }),
    ...('deleted' in set && { deleted }),
    ...('createdAtMs' in set && { createdAtMs }),
  };
}
