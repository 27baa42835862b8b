import { randomUUID } from 'node:crypto';
import {
  pairId,
  type Actor,
  type Adoption,
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type Head,
  type Inverse,
  type PairChange,
  type PersonChange,
  type PersonFields,
  type Sighting,
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

/** Whose a sighting is, and which reader said so. */
type Assigned = Pick<Sighting, 'personId' | 'saidBy'>;

/** A change that grows step by step and records its own inverse. Steps on the same person, face or pair add up; what was added stays new. */
export interface Change {
  /** Adds a named person without faces. Throws `name-invalid`. */
  createPerson(name: string): { id: string; name: string };
  /** Adds an unknown with the next number. `mayBe`: whom it resembles. */
  createUnknown(mayBe?: string | null): { id: string; name: string };
  /** Changes fields of a person; `before` as it is now. */
  setPerson(before: StoredPerson, set: PersonFields): void;
  /** Whom an unknown may be. No more than a hint: the audit entry does not name the unknown for it. */
  setMayBe(before: StoredPerson, mayBe: string | null): void;
  /** Returns the face's id. */
  addFace(face: NewFace): string;
  moveFace(before: Pick<StoredFace, 'id' | 'personId'>, personId: string): void;
  /** Whom a negative does show; null: nobody knows. */
  setShows(before: Pick<StoredFace, 'id' | 'shows'>, shows: string | null): void;
  removeFace(id: string): void;
  /** That these two are not the same: notes it or, with `deleted`, removes the note. */
  setPair(one: string, other: string, deleted: boolean): void;
  /** Takes over what was edited by hand, in addition to what it may hold already. Not undone with the change. */
  adopt(adoption: Adoption): void;
  /** The sightings matched by these faces go from these persons to another one. Undone, they are the first one's again. */
  moveSightings(faceIds: readonly string[], from: readonly string[], to: string): void;
  /** One face of a snapshot goes to another person, or to nobody; with another decision, or the one it has. `before` as it is now. */
  assign(
    face: { snapshotId: string; position: number },
    before: Pick<Sighting, 'personId' | 'saidBy' | 'decision'>,
    after: Assigned & Partial<Pick<Sighting, 'decision'>>,
  ): void;
  /** The audit entry names this person too. */
  concerns(personId: string): void;
  /** Without an audit entry; null if nothing was changed. */
  changeset(): Changeset | null;
  /** With its audit entry, which names every person that was touched. */
  audited(action: AuditEntry['action'], actor: Actor, summary: string): Audited;
}

export interface Audited {
  changeset: Changeset;
  audit: AuditEntry;
}

type SightingChanges = Pick<Inverse, 'moveSightings' | 'assignments'>;

/** Starts a change on top of `base`, at the time of `base`. Pure except for ids. */
export function createChange(base: Head): Change {
  const { nowMs } = base;
  const { persons, faces, setPerson, addPerson, setFace, addFace, before } = createLedger();
  const pairs = new Map<string, PairChange>();
  const sightings: SightingChanges = { moveSightings: [], assignments: [] };
  const sightingsBack: SightingChanges = { moveSightings: [], assignments: [] };
  const adopted: Adoption = { persons: [], faceIds: [] };
  const touched = new Set<string>();
  let { nextNumber } = base;

  const createPerson = (name: string, number: number | null, mayBe: string | null): { id: string; name: string } => {
    const id = randomUUID();
    const merged = { mergedInto: null, mergedAtMs: null, formerNumbers: [] };
    addPerson(id, { name, number, aliases: [], ignored: false, ...merged, mayBe, deleted: false, createdAtMs: nowMs });
    touched.add(id);
    return { id, name };
  };
  const collected = (): Changeset => ({
    persons: [...persons.values()],
    faces: [...faces.values()],
    pairs: [...pairs.values()],
    ...sightings,
    ...(adopted.persons.length + adopted.faceIds.length > 0 && { adopt: adopted }),
    ...(nextNumber !== base.nextNumber && { nextNumber }),
  });
  const inverse = (): Inverse => ({
    ...before(),
    pairs: [...pairs.values()].map((pair) => ({ ...pair, deleted: !pair.deleted })),
    ...sightingsBack,
  });

  return {
    createPerson: (name) => createPerson(validName(name), null, null),
    createUnknown: (mayBe = null) => {
      const number = nextNumber;
      nextNumber += 1;
      return createPerson(unknownName(number), number, mayBe);
    },
    setPerson: (person, set) => {
      setPerson(person, set);
      touched.add(person.id);
    },
    setMayBe: (person, mayBe) => setPerson(person, { mayBe }),
    addFace: ({ id = randomUUID(), createdAtMs = nowMs, crop = null, ...fields }) => {
      addFace(id, { ...fields, createdAtMs, deleted: false }, crop);
      touched.add(fields.personId);
      return id;
    },
    moveFace: ({ id, personId: from }, personId) => {
      setFace(id, { personId }, { personId: from });
      touched.add(from).add(personId);
    },
    setShows: ({ id, shows: before }, shows) => setFace(id, { shows }, { shows: before }),
    removeFace: (id) => setFace(id, { deleted: true }, { deleted: false }),
    setPair: (one, other, deleted) => {
      const id = pairId(one, other);
      pairs.set(id, { id, personIds: [one, other], deleted });
    },
    adopt: (adoption) => {
      adopted.persons.push(...adoption.persons);
      adopted.faceIds.push(...adoption.faceIds);
      for (const { id } of adoption.persons) touched.add(id);
    },
    moveSightings: (faceIds, from, to) => {
      const [first] = from;
      if (first === undefined || faceIds.length === 0) return;
      sightings.moveSightings.push({ faceIds: [...faceIds], from: [...from], to });
      sightingsBack.moveSightings.push({ faceIds: [...faceIds], from: [to], to: first });
      touched.add(first).add(to);
    },
    assign: (face, before, after) => {
      sightings.assignments.push({ ...face, ...after });
      sightingsBack.assignments.push({ ...face, ...assignedBefore(before, after) });
      if (after.personId !== null) touched.add(after.personId);
      if (before.personId !== null) touched.add(before.personId);
    },
    concerns: (personId) => void touched.add(personId),
    changeset: () => (persons.size + faces.size + pairs.size + adopted.persons.length + adopted.faceIds.length > 0 ? collected() : null),
    audited: (action, actor, summary) =>
      withAudit(collected(), base, { action, actor, summary, personIds: [...touched], inverse: inverse(), undoes: null }),
  };
}

/** As much of it as is changed. */
function assignedBefore({ personId, saidBy, decision }: Pick<Sighting, 'personId' | 'saidBy' | 'decision'>, after: { decision?: unknown }) {
  return { personId, saidBy, ...(after.decision !== undefined && { decision }) };
}

type FaceFields = Inverse['faces'][number]['set'];

/** Persons and faces as a change leaves them, and as they were before. Steps add up; what was added stays new. */
function createLedger() {
  const persons = new Map<string, PersonChange>();
  const faces = new Map<string, FaceChange>();
  const personsBefore = new Map<string, PersonFields>();
  const facesBefore = new Map<string, FaceFields>();
  return {
    persons,
    faces,
    addPerson: (id: string, set: Omit<StoredPerson, 'id' | 'version'>): void => {
      persons.set(id, { id, isNew: true, set });
      personsBefore.set(id, { deleted: true });
    },
    setPerson: (before: StoredPerson, set: PersonFields): void => {
      const { id } = before;
      const earlier = persons.get(id);
      if (earlier?.isNew) persons.set(id, { ...earlier, set: { ...earlier.set, ...set } });
      else persons.set(id, { id, isNew: false, set: { ...earlier?.set, ...set } });
      if (!earlier?.isNew) personsBefore.set(id, { ...fieldsBefore(before, set), ...personsBefore.get(id) });
    },
    addFace: (id: string, set: Omit<StoredFace, 'id' | 'version'>, crop: Uint8Array | null): void => {
      faces.set(id, { id, isNew: true, set, crop });
      facesBefore.set(id, { deleted: true });
    },
    setFace: (id: string, set: FaceFields, before: FaceFields): void => {
      const earlier = faces.get(id);
      if (earlier?.isNew) faces.set(id, { ...earlier, set: { ...earlier.set, ...set } });
      else faces.set(id, { id, isNew: false, set: { ...earlier?.set, ...set } });
      if (!earlier?.isNew) facesBefore.set(id, { ...before, ...facesBefore.get(id) });
    },
    before: (): Pick<Inverse, 'persons' | 'faces'> => ({
      persons: [...personsBefore].map(([id, set]) => ({ id, isNew: false, set })),
      faces: [...facesBefore].map(([id, set]) => ({ id, isNew: false, set })),
    }),
  };
}

/** These changes, as the ones that undo an audit entry. They cannot be undone themselves. */
export function undoChange(entry: AuditEntry, changes: Omit<Changeset, 'audit'>, actor: Actor, base: Head): Audited {
  const summary = `undone: ${entry.summary}`;
  return withAudit(changes, base, { action: 'undo', actor, summary, personIds: entry.personIds, inverse: null, undoes: entry.id });
}

type AuditFields = Omit<AuditEntry, 'id' | 'atMs' | 'undone' | 'version'>;

function withAudit(changes: Omit<Changeset, 'audit'>, base: Head, fields: AuditFields): Audited {
  const audit: AuditEntry = { id: randomUUID(), atMs: base.nowMs, undone: false, version: base.version + 1, ...fields };
  return { changeset: { ...changes, audit }, audit };
}

/** The fields that `set` changes, as they were before. */
function fieldsBefore(before: StoredPerson, set: PersonFields): PersonFields {
  const { name, number, aliases, ignored, mergedInto, mergedAtMs, formerNumbers, mayBe, deleted, createdAtMs } = before;
  return {
    ...('name' in set && { name }),
    ...('number' in set && { number }),
    ...('aliases' in set && { aliases }),
    ...('ignored' in set && { ignored }),
    ...('mergedInto' in set && { mergedInto }),
    ...('mergedAtMs' in set && { mergedAtMs }),
    ...('formerNumbers' in set && { formerNumbers }),
    ...('mayBe' in set && { mayBe }),
    ...('deleted' in set && { deleted }),
    ...('createdAtMs' in set && { createdAtMs }),
  };
}
