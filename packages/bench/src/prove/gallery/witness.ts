import { z } from 'zod';
import type { AuditEntry, Sighting, StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { comparePersons, compareSighting, type Observed } from './compare.ts';
import type { Flight } from './crew.ts';
import { apply } from './model/apply.ts';
import { addPerson, keyOf, resolve, type Deed, type Model } from './model/state.ts';
import type { Verdict } from './model/verdict.ts';
import { seenSchema, type Answered } from './orders.ts';
import type { Face } from './pictures.ts';
import type { Request } from './requests.ts';
import { violated } from './violation.ts';

const auditSchema = z.object({ id: z.string() });

/** How requests are judged when their answers are there. */
export interface Judgement {
  /** Nothing else was going on. */
  quiet: boolean;
  verdict: Verdict | null;
  /** Of each face: a person's id, `new`, or null where the model leaves it open. */
  expected: (string | null)[];
}

export const openMinded: Judgement = { quiet: false, verdict: null, expected: [] };

/** Reads what happened from the database and tells the model. */
export interface Witness {
  /** The gallery as it was last read. */
  observed(): Observed;
  /** The pictures that were shown, by snapshot. */
  snapshots: Map<string, Face[]>;
  /** To be called before a request is sent. */
  expect(request: Request): void;
  look(): Promise<Observed>;
  /** Applies to the model what has happened, in the order of the audit. `excused`: see `apply`. */
  absorb(concluded: readonly Flight[], judgement: Judgement, excused: boolean): Promise<void>;
  compare(): Promise<void>;
}

/** `observer`: a connection of its own. It completes what a killed process left pending, as any process would. */
export function createWitness(model: Model, { store, sightings, audit }: Database, signal: AbortSignal): Witness {
  const snapshots = new Map<string, Face[]>();
  const asked = new Map<string, Request>();
  const entered = new Set<string>();
  let observed: Observed = { version: 0, persons: new Map(), faces: [] };

  const look = async (): Promise<Observed> => (observed = await read(store, 0, signal));

  const meet = (persons: Iterable<StoredPerson>, faces: readonly StoredFace[], entries: readonly AuditEntry[]): void => {
    const isKnown = (snapshotId: string): boolean => snapshots.has(snapshotId);
    for (const person of persons) {
      if (model.persons.has(person.id)) continue;
      if (!isMade(person, { faces, entries, isKnown })) return violated(`nobody made the person ${person.name} (${person.id})`);
      addPerson(model, person.id, person.number);
      if (person.number !== null) continue;
      // As it was called then: whoever named it since comes after that.
      const deed = asked.get(entries.find(({ personIds }) => personIds.includes(person.id))?.actor.where ?? '')?.deed;
      Object.assign(model.persons.get(person.id) ?? {}, nameIn(deed));
    }
  };

  const register = async ({ request, answer }: Flight, { quiet, expected }: Judgement, known: Set<string>): Promise<void> => {
    if (answer?.kind !== 'done' || !request.snapshot) return;
    const { id: snapshotId, faces } = request.snapshot;
    const stored = (await sightings.find(snapshotId, signal))?.faces ?? [];
    const told = seenSchema.parse(answer.value);
    for (const [position, face] of faces.entries()) {
      const sighting = stored[position] ?? violated(`the faces of ${snapshotId} were answered, but not recorded`);
      const { personId: owner, faceId } = sighting;
      const seen = { snapshotId, position, face, owner, faceId, said: false, dismissed: false, loose: !quiet };
      if (model.sightings.has(keyOf(seen))) continue;
      model.sightings.set(keyOf(seen), { ...seen, uncertain: sighting.decision === 'uncertain' });
      const answered = told[position];
      if (quiet && answered) judge(model, keyOf(seen), { expected: expected[position] ?? null, answered, owner: seen.owner, known });
    }
    noteTogether(model, stored);
  };

  const enter = (entry: AuditEntry, excused: boolean): void => {
    entered.add(entry.id);
    const request = asked.get(entry.actor.where ?? '');
    if (!request && !['watchpost', 'database'].includes(entry.actor.id)) violated(`nobody asked for "${entry.summary}"`);
    asked.delete(entry.actor.where ?? '');
    apply(model, entry, request?.deed ?? null, excused);
  };

  /** Done is in the audit, once; refused is not in the audit, and must not be wrong. */
  const check = ({ request, answer }: Flight, verdict: Verdict | null): void => {
    if (!request.deed) return;
    if (answer?.kind === 'done' && !entered.has(auditSchema.parse(answer.value).id))
      violated(`"${request.words}" was answered as done, but is not in the audit`);
    if (answer?.kind !== 'failed' || !answer.permanent) return;
    asked.delete(request.actor?.where ?? '');
    if (verdict === 'done') violated(`"${request.words}" was refused: ${answer.code}: ${answer.message}`);
  };

  return {
    observed: () => observed,
    snapshots,
    expect: (request) => {
      if (request.actor?.where !== undefined) asked.set(request.actor.where, request);
      if (request.snapshot) snapshots.set(request.snapshot.id, request.snapshot.faces);
    },
    look,
    absorb: async (concluded, judgement, excused) => {
      const known = new Set(model.persons.keys());
      // With those that were made and deleted since.
      const changes = await read(store, Math.max(1, observed.version), signal);
      await look();
      for (const { id, role, snapshotId, position } of changes.faces)
        if (role === 'reference' && snapshotId !== null && position !== null) model.learnt.set(id, keyOf({ snapshotId, position }));
      const entries = (await audit.newest(200, {}, signal)).filter(({ id }) => !entered.has(id)).toReversed();
      meet(new Map([...changes.persons, ...observed.persons]).values(), [...changes.faces, ...observed.faces], entries);
      for (const flight of concluded) await register(flight, judgement, known);
      for (const entry of entries) enter(entry, excused);
      for (const flight of concluded) check(flight, judgement.verdict);
    },
    compare: async () => {
      comparePersons(model, observed);
      for (const seen of model.sightings.values())
        compareSighting(model, observed, seen, (await sightings.find(seen.snapshotId, signal))?.faces[seen.position]);
    },
  };
}

/** Two persons in one picture are not the same. */
function noteTogether(model: Model, stored: readonly Sighting[]): void {
  const owners = stored.flatMap(({ personId, decision }) => (personId !== null && decision !== 'uncertain' ? [personId] : []));
  for (const [index, one] of owners.entries())
    for (const other of owners.slice(index + 1)) if (one !== other) model.different.push([one, other]);
}

/** The name of somebody new. */
function nameIn(deed: Deed | null | undefined): { name?: string } {
  return deed?.kind === 'this-is' && 'name' in deed.person ? { name: deed.person.name } : {};
}

interface Makers {
  faces: readonly StoredFace[];
  entries: readonly AuditEntry[];
  isKnown: (snapshotId: string) => boolean;
}

/**
 * New persons are those of a face that was seen, or of a split: that may have been undone since, and its faces be another's again. One
 * without a number is somebody whom a reader knew.
 */
function isMade({ id, number }: StoredPerson, { faces, entries, isKnown }: Makers): boolean {
  const isTold = (by: AuditEntry['action']): boolean => entries.some(({ action, personIds }) => action === by && personIds.includes(id));
  if (number === null) return isTold('assign');
  return isTold('split') || faces.some(({ personId, snapshotId }) => personId === id && isKnown(snapshotId ?? ''));
}

/** Everything that was written after this version. */
async function read(store: Database['store'], since: number, signal: AbortSignal): Promise<Observed> {
  const persons = new Map<string, StoredPerson>();
  const faces = new Map<string, StoredFace>();
  const visit = (batch: { persons: StoredPerson[]; faces: StoredFace[] }): void => {
    for (const person of batch.persons) persons.set(person.id, person);
    for (const face of batch.faces) faces.set(face.id, face);
  };
  const { version } = await store.changes(since, { embeddings: true }, visit, signal);
  return { version, persons, faces: [...faces.values()] };
}

/** Throws unless the answer for a face is what the model expects. `known`: who was there before. */
function judge(
  model: Model,
  key: string,
  { expected, answered, owner, known }: { expected: string | null; answered: Answered; owner: string | null; known: Set<string> },
): void {
  const { person, decision } = answered;
  const recorded = resolve(model, owner);
  const nameOf = (id: string | null): string => (id === null ? 'nobody' : (model.persons.get(id)?.name ?? id));
  const what = `${key} was taken for ${nameOf(person && person.id)} (${decision})`;
  if (person && recorded?.id !== person.id) violated(`${what}, but recorded as ${nameOf(recorded && recorded.id)}'s`);
  const isNew = person !== null && !known.has(person.id);
  const found = decision === 'uncertain' ? 'uncertain' : isNew ? 'new' : person && person.id;
  if (expected !== null && found !== expected) violated(`${what}, instead of ${nameOf(expected)}`);
}
