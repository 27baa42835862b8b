import type { Database } from '@watchpost/gallery/stores/database';
import { pause } from '@watchpost/shared/wait';
import type { Action, Job } from './actions.ts';
import { compareGone, expectedOf, viewOf, viewOfDatabase } from './compare.ts';
import { crewSize, type Crew, type Flight } from './crew.ts';
import type { ProofDatabase } from './databases.ts';
import { erase } from './model/apply.ts';
import { createModel, live, type Model, type Person } from './model/state.ts';
import { verdictOf } from './model/verdict.ts';
import { viewSchema, type Halt } from './orders.ts';
import type { Face } from './pictures.ts';
import { toRequest, type Circumstances, type Request } from './requests.ts';
import { violated } from './violation.ts';
import { createWitness, openMinded, type Judgement, type Witness } from './witness.ts';

/** The gallery and its model, side by side. */
export interface World {
  /** Whether there is somebody, or something, that the action can be done to. */
  allows(action: Action): boolean;
  /** Does it to both, and compares them as far as that is possible now. Throws a Violation. */
  perform(action: Action): Promise<void>;
  /** Wakes everybody, and compares everything; then erases what was deleted, and compares again. */
  finish(): Promise<void>;
  /** What happened, a line for each step. */
  story: string[];
}

interface Scene {
  crew: Crew;
  database: ProofDatabase;
  model: Model;
  witness: Witness;
  story: string[];
  serial: number;
  /** Somebody edited by hand, and not every process knows yet. */
  unsettled: boolean;
  /** Whom an operator is editing in an open transaction. */
  held: { person: Person; name: string } | null;
  signal: AbortSignal;
}

/** How long the processes may take to learn of a change. Milliseconds. */
const newsMs = 30_000;

/** `observer`: a connection of its own to the database. */
export function createWorld(crew: Crew, database: ProofDatabase, observer: Database, signal: AbortSignal): World {
  const model = createModel();
  const witness = createWitness(model, observer, signal);
  const scene: Scene = { crew, database, model, witness, story: [], serial: 0, unsettled: false, held: null, signal };
  return {
    allows: (action) => {
      if (action.kind === 'wake') return !crew.running().includes(action.process);
      if (action.kind === 'job') return toRequest(action.job.asked, action.job.actor, circumstances(scene), 'id') !== null;
      if (action.kind === 'hand-close') return scene.held !== null;
      if (action.kind === 'hand-open' && scene.held) return false;
      return !('person' in action) || live(model).length > 0;
    },
    perform: async (action) => perform(scene, action),
    finish: async () => {
      await settle(scene);
      await eraseDeleted(scene, 0, null);
      await settle(scene);
    },
    story: scene.story,
  };
}

const circumstances = ({ model, witness, serial }: Scene): Circumstances => ({
  model,
  faces: witness.observed().faces,
  snapshots: witness.snapshots,
  serial,
});

async function perform(scene: Scene, action: Action): Promise<void> {
  switch (action.kind) {
    case 'job':
      return work(scene, [action.job]);
    case 'together':
      return work(scene, action.jobs);
    case 'settle':
      return settle(scene);
    case 'erase':
      return eraseDeleted(scene, action.process, action.halt);
    case 'wake':
      return wake(scene, action.process);
    case 'kill': {
      scene.story.push(`process ${action.process + 1} is killed and started again`);
      const flight = await scene.crew.replace(action.process);
      return scene.witness.absorb(flight ? [flight] : [], openMinded, scene.unsettled);
    }
    case 'hand-open':
      return hold(scene, action);
    case 'hand-close':
      return release(scene);
    case 'hand-name':
    case 'hand-remove':
    case 'hand-odd':
      return editByHand(scene, action);
    default:
      return action satisfies never;
  }
}

function tell({ story }: Scene, index: number, { request, answer }: Flight): void {
  const outcome = answer?.kind === 'failed' ? `${answer.code}: ${answer.message}` : (answer?.kind ?? 'stopped on the way');
  story.push(`process ${index + 1}: ${request.words} -> ${outcome}`);
}

const isQuiet = ({ crew, unsettled, held }: Scene): boolean => crew.stopped().length === 0 && !unsettled && !held;

/** Has requests done by as many processes at once. */
async function work(scene: Scene, jobs: readonly Job[]): Promise<void> {
  const { crew, witness } = scene;
  const free = crew.running();
  const placed = jobs.slice(0, free.length).flatMap(({ asked, actor, halt, naming }, nth) => {
    scene.serial += 1;
    // While names change, one may mean another person when it is looked up.
    const isSure = jobs.length === 1 && isQuiet(scene) && !halt;
    const request = toRequest(asked, actor, circumstances(scene), isSure ? naming : 'id');
    const index = free[((jobs[0]?.process ?? 0) + nth) % free.length] ?? 0;
    // At least one process keeps running.
    return request ? [{ request, index, halt: free.length - nth > 1 || halt?.how === 'die' ? halt : null }] : [];
  });
  for (const { request } of placed) witness.expect(request);
  const [first, ...others] = placed;
  const judgement = first && others.length === 0 && isQuiet(scene) ? judgementOf(scene, first.request) : openMinded;
  const flights = await Promise.all(placed.map(async ({ request, index, halt }) => crew.send(index, request, halt)));
  for (const [nth, flight] of flights.entries()) tell(scene, placed[nth]?.index ?? 0, flight);
  await witness.absorb(flights, judgement, scene.unsettled);
}

function judgementOf({ model, witness }: Scene, { deed, actor, snapshot }: Request): Judgement {
  const faces = snapshot?.faces ?? [];
  const found = areAlike(faces) ? [] : faces.map((face) => expectedOf(model, witness.observed(), face));
  const each = found.map((id) => (id !== 'perhaps' ? id : faces.length === 1 ? 'new' : null));
  // A person is in a picture once: which of two faces it is, is left open; also where nobody knows whose the other one is.
  const isPerson = (id: string | null): boolean => id !== 'new';
  const expected = each.map((id, index) =>
    isPerson(id) && each.some((other, at) => at !== index && (other === id || other === null)) ? null : id,
  );
  return { quiet: true, verdict: deed && verdictOf(model, deed, actor?.id ?? ''), expected };
}

/** Of faces that resemble each other only one can be the person. */
const areAlike = ([one, other]: readonly Face[]): boolean => one?.truths.some((truth) => other?.truths.includes(truth)) ?? false;

async function wake(scene: Scene, index: number): Promise<void> {
  const flight = await scene.crew.wake(index);
  if (!flight) return;
  scene.story.push(`process ${index + 1} goes on`);
  tell(scene, index, flight);
  await scene.witness.absorb([flight], openMinded, scene.unsettled);
}

/** Wakes everybody, waits until every process knows everything, and compares. */
async function settle(scene: Scene): Promise<void> {
  await release(scene);
  for (let index = 0; index < crewSize; index += 1) await wake(scene, index);
  await spread(scene);
  await scene.witness.absorb([], openMinded, scene.unsettled);
  await scene.witness.compare();
  scene.unsettled = false;
}

/** Until every process has in memory what the database has. */
async function spread({ crew, witness, signal }: Scene): Promise<void> {
  for (const deadline = Date.now() + newsMs; ; await pause(20, signal)) {
    const expected = viewOfDatabase(await witness.look());
    const views = await Promise.all(crew.running().map(async (index) => viewOf(viewSchema.parse(await crew.ask(index, { kind: 'view' })))));
    const late = views.findIndex((view) => view !== expected);
    if (late === -1) return;
    const what = difference(views[late] ?? '', expected);
    if (Date.now() > deadline) violated(`process ${late + 1} does not have in memory what the database has: ${what}`);
  }
}

function difference(found: string, expected: string): string {
  const [has, should] = [found.split('\n'), expected.split('\n')];
  const only = (lines: string[], others: string[]): string => lines.filter((line) => !others.includes(line)).join('; ') || 'nothing else';
  return `it has ${only(has, should)}, the database ${only(should, has)}`;
}

/** Ten minutes later. A process that dies on the way leaves the rest to another one. */
async function eraseDeleted(scene: Scene, index: number, halt: Halt | null): Promise<void> {
  const { crew, model, database } = scene;
  await settle(scene);
  const request = { words: 'erases what was deleted', work: { kind: 'erase' as const }, actor: null, deed: null, snapshot: null };
  const flight = await crew.send(index, request, halt && { ...halt, how: 'die' });
  tell(scene, index, flight);
  if (flight.answer?.kind !== 'done') tell(scene, index, await crew.send(index, request, null));
  erase(model);
  compareGone(model, await database.dump());
}

async function editByHand(scene: Scene, action: Action & { kind: 'hand-name' | 'hand-remove' | 'hand-odd' }): Promise<void> {
  const { model, database, story } = scene;
  await release(scene);
  if (action.kind !== 'hand-name') await settle(scene);
  const people = live(model);
  const person = people[action.person % people.length];
  if (!person) return;
  if (action.kind === 'hand-remove') {
    story.push(`by hand: ${person.name} is removed`);
    await database.remove(person.id);
    Object.assign(person, { deleted: true, removed: true });
    return settle(scene);
  }
  const name = action.kind === 'hand-odd' ? action.value : action.name;
  story.push(`by hand: the name ${person.name} becomes ${JSON.stringify(name)}`);
  await database.rename(person.id, name);
  if (action.kind === 'hand-odd') {
    person.odd = true;
    return settle(scene);
  }
  rename(scene, person, action.name, action.wait && isQuiet(scene));
  if (action.wait) await settle(scene);
}

/** `isKnown`: nothing else was going on, and nothing will until everybody knows. */
function rename(scene: Scene, person: Person, name: string, isKnown: boolean): void {
  if (!isKnown) {
    scene.unsettled = true;
    person.looseNames.push(person.name, name);
    person.handNames = [name];
  }
  Object.assign(person, { name, odd: false });
}

/** An operator edits a person and leaves the transaction open: whatever touches the person meanwhile is refused, everything else goes on. */
async function hold(scene: Scene, { person: pick, name }: Action & { kind: 'hand-open' }): Promise<void> {
  const people = live(scene.model);
  const person = people[pick % people.length];
  if (!person) return;
  await scene.database.hold(person.id, name);
  scene.held = { person, name };
  scene.story.push(`by hand: the name ${person.name} becomes "${name}" in a transaction that stays open`);
}

async function release(scene: Scene): Promise<void> {
  if (!scene.held) return;
  const { person, name } = scene.held;
  scene.held = null;
  await scene.database.release();
  scene.story.push('by hand: the open transaction is committed');
  rename(scene, person, name, false);
}
