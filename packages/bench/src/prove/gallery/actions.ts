import * as fc from 'fast-check';
import { truths } from './pictures.ts';
import type { Halt } from './orders.ts';

/** What a reader asks for, of a person, a face, a change that is picked from those that there are then. */
export type Asked =
  | { kind: 'see'; faces: number[][] }
  | { kind: 'again'; pick: number }
  | { kind: 'name' | 'alias'; person: number; name: string }
  | { kind: 'merge' | 'distinguish'; person: number; other: number }
  | { kind: 'split'; person: number; faces: number }
  | { kind: 'ignore' | 'unignore' | 'forget'; person: number }
  | { kind: 'assign'; sighting: number; person: number | null }
  | { kind: 'this-is'; sighting: number; person: number | null; name: string }
  | { kind: 'dismiss'; sighting: number }
  | { kind: 'undo'; entry: number | null }
  | { kind: 'round' }
  | { kind: 'expire' };

export interface Job {
  asked: Asked;
  process: number;
  actor: number;
  halt: Halt | null;
  /** How persons are named: a number is one of somebody who was merged into the person. */
  naming: Naming;
}

export type Naming = 'id' | 'name' | 'number';

/** One step of a sequence. */
export type Action =
  | { kind: 'job'; job: Job }
  | { kind: 'together'; jobs: Job[] }
  | { kind: 'hand-name'; person: number; name: string; wait: boolean }
  | { kind: 'hand-open'; person: number; name: string }
  | { kind: 'hand-close' }
  | { kind: 'hand-remove'; person: number }
  | { kind: 'hand-odd'; person: number; value: unknown }
  | { kind: 'kill'; process: number }
  | { kind: 'wake'; process: number }
  | { kind: 'erase'; process: number; halt: Halt | null }
  | { kind: 'settle' };

const pick = fc.nat(7);
const name = fc.constantFrom('Ada', 'Bea', 'Cleo', 'Dora', 'Eva');
const truth = fc.nat(truths - 1);
const one = truth.map((shown) => [shown]);
const lookAlike = fc.constantFrom<number[]>([0, 1], [2, 3]);
const faces: fc.Arbitrary<number[][]> = fc.oneof(
  { weight: 8, arbitrary: one.map((face) => [face]) },
  { weight: 3, arbitrary: fc.tuple(one, one) },
  { weight: 1, arbitrary: lookAlike.map((face) => [face]) },
);

const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('see' as const), faces }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('name' as const), person: pick, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('alias' as const), person: pick, name }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('merge' as const), person: pick, other: pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('distinguish' as const), person: pick, other: pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('split' as const), person: pick, faces: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('ignore' as const, 'unignore' as const), person: pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('forget' as const), person: pick }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('assign' as const), sighting: pick, person: fc.option(pick) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('this-is' as const), sighting: pick, person: fc.option(pick), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dismiss' as const), sighting: pick }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('undo' as const), entry: fc.option(fc.nat(3)) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('round' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
);

const process = fc.nat(2);
/** To die takes seconds, until another process is there: it is rarer. */
const halt: fc.Arbitrary<Halt | null> = fc.oneof(
  { weight: 24, arbitrary: fc.constant(null) },
  { weight: 5, arbitrary: fc.record({ atWrite: fc.nat(16), how: fc.constant('stop' as const) }) },
  { weight: 1, arbitrary: fc.record({ atWrite: fc.nat(16), how: fc.constant('die' as const) }) },
);
const job: fc.Arbitrary<Job> = fc.record({ asked, process, actor: fc.nat(1), halt, naming: fc.constantFrom('id', 'name', 'number') });

/** What an action is called where it can be left out: its kind, or what is asked for; to undo without saying what is `undo-newest`. */
function kindsOf(action: Action): string[] {
  const jobs = action.kind === 'job' ? [action.job] : action.kind === 'together' ? action.jobs : [];
  const halts = jobs.flatMap(({ halt }) => halt?.how ?? []);
  return [action.kind, ...halts, ...jobs.map(({ asked }) => (asked.kind === 'undo' && asked.entry === null ? 'undo-newest' : asked.kind))];
}

/** `schemaless`: a name can be something else than a text. `without`: actions that are left out. */
export const actionOf = (schemaless: boolean, without: readonly string[]): fc.Arbitrary<Action> =>
  allActions(schemaless).filter((action) => !kindsOf(action).some((kind) => without.includes(kind)));

const allActions = (schemaless: boolean): fc.Arbitrary<Action> =>
  fc.oneof(
    { weight: 60, arbitrary: fc.record({ kind: fc.constant('job' as const), job }) },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('together' as const), jobs: fc.array(job, { minLength: 2, maxLength: 3 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('hand-name' as const), person: pick, name, wait: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand-remove' as const), person: pick }) },
    {
      weight: schemaless ? 1 : 0,
      arbitrary: fc.record({ kind: fc.constant('hand-odd' as const), person: pick, value: fc.constantFrom(17, '', ['Ada'], null) }),
    },
    { weight: schemaless ? 0 : 2, arbitrary: fc.record({ kind: fc.constant('hand-open' as const), person: pick, name }) },
    { weight: schemaless ? 0 : 3, arbitrary: fc.record({ kind: fc.constant('hand-close' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), process }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('wake' as const), process }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('erase' as const), process, halt }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  );
