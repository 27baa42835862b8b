import { z } from 'zod';
import type { AuditEntry, StoredFace, StoredPerson } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { pause } from '@watchpost/shared/wait';
import type { Action, Job } from './actions.ts';
import { compareGone, comparePersons, compareSighting, expectedOf, viewOf, viewOfDatabase, type Observed } from './compare.ts';
import { crewSize, type Crew, type Flight } from './crew.ts';
import type { ProofDatabase } from './databases.ts';
import { createModel, type Verdict } from './model.ts';
import { seenSchema, viewSchema, type Halt } from './orders.ts';
import type { Face } from './pictures.ts';
import { toRequest, type Request } from './requests.ts';
import { violated } from './violation.ts';

/** The gallery and its model, side by side. */
export interface World {
  /** Whether there is somebody, or something, that the action can be done to. */
  allows(action: Action): boolean;
  /** Does it to both, and compares them as far as that is possible now. Throws a Violation. */
  perform(action: Action): Promise<void>;
  /** Wakes everybody, and compares everything; then erases what was deleted, and compares again. */
  finish(): Promise<void>;
  /** What happened, a line for each step. */
  story(): string[];
}

/** How long the processes may take to learn of a change. Milliseconds. */
const newsMs = 10_000;
const auditSchema = z.object({ id: z.string() });

/** `observer`: a connection of its own, that reads the database and completes what a killed process left pending, as any process would. */
export function createWorld(crew: Crew, database: ProofDatabase, observer: Database, signal: AbortSignal): World {
  const model = createModel();
  const story: string[] = [];
  const snapshots = new Map<string, Face[]>();
  const asked = new Map<string, Request>();
  const entered = new Set<string>();
  let serial = 0;
  let observed: Observed = { version: 0, persons: new Map(), faces: [] };
  let auditedUpTo = 0;
  /** Somebody edited by hand, and not every process knows yet. */
  let unsettled = false;

  const quiet = (): boolean => crew.stopped().length === 0 && !unsettled;

  const read = async (since: number): Promise<Observed> => {
    const persons = new Map<string, StoredPerson>();
    const faces = new Map<string, StoredFace>();
    const visit = (batch: { persons: StoredPerson[]; faces: StoredFace[] }): void => {
      for (const person of batch.persons) persons.set(person.id, person);
      for (const face of batch.faces) faces.set(face.id, face);
    };
    const { version } = await observer.store.changes(since, { embeddings: true }, visit, signal);
    return { version, persons, faces: [...faces.values()] };
  };

  /** New persons are those of a face that was seen. */
  const meet = (persons: Iterable<StoredPerson>, faces: readonly StoredFace[]): void => {
    const fresh = [...persons].filter(({ id }) => !model.persons.has(id)).sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
    for (const { id, number, name } of fresh) {
      const isSeen = faces.some(({ personId, snapshotId }) => personId === id && snapshots.has(snapshotId ?? ''));
      if (!isSeen || number === null) violated(`nobody made the person ${name} (${id})`);
      model.add(id, number, `Unknown ${number}`);
    }
  };

  const register = async ({ request, answer }: Flight, isQuiet: boolean, expected: (string | null)[]): Promise<void> => {
    if (answer?.kind !== 'done' || !request.snapshot) return;
    const { id: snapshotId, faces } = request.snapshot;
    const stored = await observer.sightings.find(snapshotId, signal);
    const told = seenSchema.parse(answer.value);
    for (const [position, face] of faces.entries()) {
      const sighting = stored?.faces[position] ?? violated(`the sightings of ${snapshotId} were answered, but not recorded`);
      if (model.sightings.has(`${snapshotId}/${position}`)) continue;
      const { personId: owner, faceId, decision } = sighting;
      model.record({ snapshotId, position, face, owner, faceId, uncertain: decision === 'uncertain', said: false, loose: !isQuiet });
      if (isQuiet) judge(`${snapshotId}/${position}`, { expected: expected[position] ?? null, found: told[position], owner });
    }
    const owners = stored?.faces.flatMap(({ personId, decision }) => (personId !== null && decision !== 'uncertain' ? [personId] : [])) ?? [];
    for (const [index, one] of owners.entries()) for (const other of owners.slice(index + 1)) if (one !== other) model.seenTogether(one, other);
  };

  const judge = (
    key: string,
    { expected, found, owner }: { expected: string | null; found: z.infer<typeof seenSchema>[number] | undefined; owner: string | null },
  ): void => {
    const person = found?.person ?? null;
    const what = `${key} was taken for ${person?.name ?? 'nobody'} (${found?.decision})`;
    if (person && model.resolve(owner)?.id !== person.id) violated(`${what}, but recorded as ${model.resolve(owner)?.name ?? 'nobody'}'s`);
    if (expected === null) return;
    if (expected === 'uncertain' ? found?.decision !== 'uncertain' : found?.decision === 'uncertain') violated(`${what}, instead of ${expected}`);
    const isNew = person !== null && !known.has(person.id);
    if (expected === 'new' ? !isNew : expected !== 'uncertain' && person?.id !== expected)
      violated(`${what}, instead of ${model.persons.get(expected)?.name ?? expected}`);
  };
  /** Who was there before the present requests. */
  let known = new Set<string>();

  /** Reads what has happened, and applies it to the model in the order of the audit. */
  const absorb = async (concluded: readonly Flight[], isQuiet: boolean, expected: (string | null)[] = []): Promise<void> => {
    known = new Set(model.persons.keys());
    const changes = await read(Math.max(1, auditedUpTo));
    observed = await read(0);
    meet(new Map([...changes.persons, ...observed.persons]).values(), [...changes.faces, ...observed.faces]);
    for (const flight of concluded) await register(flight, isQuiet, expected);
    const entries = await observer.audit.newest(200, signal);
    for (const entry of entries.filter(({ id }) => !entered.has(id)).reverse()) enter(entry);
    auditedUpTo = observed.version;
    for (const { request, answer } of concluded) {
      if (answer?.kind !== 'done' || !request.deed) continue;
      const { id } = auditSchema.parse(answer.value);
      if (!entered.has(id)) violated(`"${request.words}" was answered as done, but is not in the audit`);
    }
  };

  const enter = (entry: AuditEntry): void => {
    entered.add(entry.id);
    const request = asked.get(entry.actor.where ?? '');
    if (!request && !['watchpost', 'database'].includes(entry.actor.id)) violated(`nobody asked for "${entry.summary}"`);
    if (request) asked.delete(entry.actor.where ?? '');
    model.apply(entry, request?.deed ?? null, unsettled);
  };

  const refused = ({ request, answer }: Flight, verdict: Verdict | null): void => {
    if (!request.deed || answer?.kind !== 'failed' || !answer.permanent) return;
    asked.delete(request.actor?.where ?? '');
    if (verdict === 'done') violated(`"${request.words}" was refused: ${answer.code}: ${answer.message}`);
  };

  const tell = (index: number, { request, answer }: Flight): void => {
    const outcome = answer === null ? 'stopped on the way' : answer.kind === 'failed' ? `${answer.code}: ${answer.message}` : answer.kind;
    story.push(`process ${index + 1}: ${request.words} -> ${outcome}`);
  };

  const work = async (jobs: readonly Job[]): Promise<void> => {
    const free = crew.running();
    const placed = jobs.slice(0, free.length).flatMap(({ asked: what, actor, halt }, nth) => {
      serial += 1;
      const request = toRequest(what, actor, { model, faces: observed.faces, snapshots, serial });
      const index = free[((jobs[0]?.process ?? 0) + nth) % free.length] ?? 0;
      // At least one process keeps running.
      return request ? [{ request, index, halt: free.length - nth > 1 || halt?.how === 'die' ? halt : null }] : [];
    });
    for (const { request } of placed) {
      if (request.actor?.where !== undefined) asked.set(request.actor.where, request);
      if (request.snapshot) snapshots.set(request.snapshot.id, request.snapshot.faces);
    }
    const isQuiet = quiet() && placed.length === 1;
    const [first] = placed;
    const verdict = isQuiet && first?.request.deed ? model.verdict(first.request.deed, first.request.actor?.id ?? '') : null;
    const seen = first?.request.snapshot?.faces ?? [];
    const alike = seen.length > 1 && seen.some(({ truths }) => seen.some((other) => other.truths !== truths && truths.some((each) => other.truths.includes(each))));
    const expected = isQuiet && !alike ? seen.map((face) => expectedOf(model, observed, face)) : [];
    const flights = await Promise.all(placed.map(async ({ request, index, halt }) => crew.send(index, request, halt)));
    for (const [nth, flight] of flights.entries()) tell(placed[nth]?.index ?? 0, flight);
    await absorb(flights, isQuiet, expected);
    for (const flight of flights) refused(flight, verdict);
  };

  const wake = async (index: number): Promise<void> => {
    const flight = await crew.wake(index);
    if (!flight) return;
    story.push(`process ${index + 1} goes on`);
    tell(index, flight);
    await absorb([flight], false);
    refused(flight, null);
  };

  /** Until every process has in memory what the database has. */
  const spread = async (): Promise<void> => {
    for (const deadline = Date.now() + newsMs; ; await pause(20, signal)) {
      observed = await read(0);
      const expected = viewOfDatabase(observed);
      const views = await Promise.all(crew.running().map(async (index) => viewOf(viewSchema.parse(await crew.ask(index, { kind: 'view' })))));
      const late = views.findIndex((view) => view !== expected);
      if (late === -1) return;
      if (Date.now() > deadline) violated(`process ${late + 1} does not have in memory what the database has: ${difference(views[late] ?? '', expected)}`);
    }
  };

  const settle = async (): Promise<void> => {
    for (let index = 0; index < crewSize; index += 1) await wake(index);
    await spread();
    await absorb([], false);
    comparePersons(model, observed);
    for (const seen of model.sightings.values())
      compareSighting(model, observed, seen, (await observer.sightings.find(seen.snapshotId, signal))?.faces[seen.position]);
    unsettled = false;
  };

  const erase = async (index: number, halt: Halt | null): Promise<void> => {
    await settle();
    const request = { words: 'erases what was deleted', work: { kind: 'erase' as const }, actor: null, deed: null, snapshot: null };
    const killed = await crew.send(index, request, halt && { ...halt, how: 'die' });
    tell(index, killed);
    if (killed.answer?.kind !== 'done') tell(index, await crew.send(index, request, null));
    model.erase();
    compareGone(model, await database.dump());
  };

  const editByHand = async (action: Action & { kind: 'hand-name' | 'hand-remove' | 'hand-odd' }): Promise<void> => {
    const people = model.live();
    const person = people[action.person % people.length];
    if (!person) return;
    if (action.kind !== 'hand-name') await settle();
    const value = action.kind === 'hand-name' ? action.name : action.kind === 'hand-odd' ? action.value : null;
    story.push(`by hand: ${action.kind === 'hand-remove' ? `${person.name} is removed` : `the name ${person.name} becomes ${JSON.stringify(value)}`}`);
    if (action.kind === 'hand-remove') {
      await database.remove(person.id);
      Object.assign(person, { deleted: true, removed: true });
    } else {
      await database.rename(person.id, value);
      if (action.kind === 'hand-odd') person.odd = true;
      else if (quiet() && action.wait) Object.assign(person, { name: value, odd: false });
      else {
        unsettled = true;
        person.looseNames.push(person.name, action.name);
        Object.assign(person, { name: value, odd: false, handNames: [action.name] });
      }
    }
    if (action.kind !== 'hand-name' || action.wait) await settle();
  };

  const perform = async (action: Action): Promise<void> => {
    if (action.kind === 'job') return work([action.job]);
    if (action.kind === 'together') return work(action.jobs);
    if (action.kind === 'settle') return settle();
    if (action.kind === 'erase') return erase(action.process, action.halt);
    if (action.kind === 'wake') return wake(action.process);
    if (action.kind !== 'kill') return editByHand(action);
    story.push(`process ${action.process + 1} is killed and started again`);
    const flight = await crew.replace(action.process);
    await absorb(flight ? [flight] : [], false);
  };

  return {
    allows: (action) => {
      if (action.kind === 'wake') return !crew.running().includes(action.process);
      const circumstances = { model, faces: observed.faces, snapshots, serial };
      if (action.kind === 'job') return toRequest(action.job.asked, action.job.actor, circumstances) !== null;
      return !('person' in action) || model.live().length > 0;
    },
    perform,
    finish: async () => {
      await settle();
      await erase(0, null);
      await settle();
    },
    story: () => story,
  };
}

function difference(found: string, expected: string): string {
  const [has, should] = [found.split('\n'), expected.split('\n')];
  return `it has ${has.filter((line) => !should.includes(line)).join('; ') || 'nothing else'}, the database ${should.filter((line) => !has.includes(line)).join('; ') || 'nothing else'}`;
}
