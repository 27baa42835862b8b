import * as fc from 'fast-check';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Env } from '@watchpost/shared/config/parse-env';
import { actionOf, type Action } from './actions.ts';
import { gather } from './crew.ts';
import { openProofDatabase, type ProofDatabase, type StoreName } from './databases.ts';
import { createPool, type ProcessPool, type ProofProcess } from './processes.ts';
import { Violation } from './violation.ts';
import { createWorld, type World } from './world.ts';

export interface SearchOptions {
  store: StoreName;
  /** The first sequence's seed; the next one has the next. */
  seed: number;
  /** No further sequence begins after this time, milliseconds. */
  forMs: number;
  /** At most so many sequences, and no further one after so many that failed. */
  runs: number;
  failures: number;
  /** Actions that are left out, to see what else there is: `hand-odd`, `undo-newest`, `stop`. */
  without?: readonly string[];
  /** The most steps of a sequence. */
  steps: number;
  /** How long a failing sequence may be shortened, milliseconds. */
  shrinkMs: number;
}

export interface Searched {
  runs: number;
  steps: number;
  /** The sequences that the model does not allow, as short as they were found, in words. */
  failures: { seed: number; message: string }[];
}

/** A sequence is shortened by trying shorter ones. What depends on the moment need not happen each time. */
const attempts = 3;

/** Runs random sequences on one store until some end in a state that the model does not allow. */
export async function searchGallery(
  options: SearchOptions,
  env: Env,
  signal: AbortSignal,
  report?: (line: string) => void,
): Promise<Searched> {
  const database = await openProofDatabase(options.store, env);
  const pool = createPool();
  const crew = new Map<number, ProofProcess>();
  const tally: Searched = { runs: 0, steps: 0, failures: [] };
  const deadline = Date.now() + options.forMs;
  const goesOn = (): boolean =>
    tally.runs < options.runs && tally.failures.length < options.failures && Date.now() < deadline && !signal.aborted;
  try {
    for (let { seed } = options; goesOn(); seed += 1) {
      const play = async (commands: Commands): Promise<void> => playOnce(commands, { database, pool, crew, tally, signal });
      const message = await tryOne(seed, { ...options, schemaless: database.schemaless, play });
      tally.runs += 1;
      if (message !== null) tally.failures.push({ seed, message });
      if (tally.runs % 25 === 0) report?.(`${options.store}: ${tally.runs} sequences, ${tally.steps} steps`);
    }
    return tally;
  } finally {
    await Promise.all([...crew.values()].map((each) => each.kill()));
    await pool.close();
    await database.stop();
  }
}

type Commands = Iterable<fc.AsyncCommand<World, World>>;

interface Stage {
  database: ProofDatabase;
  pool: ProcessPool;
  crew: Map<number, ProofProcess>;
  tally: { steps: number };
  signal: AbortSignal;
}

/** The sequence of this seed. Null if the model allows it, otherwise what went wrong, in the shortest form that was found. */
async function tryOne(
  seed: number,
  { steps, shrinkMs, without = [], schemaless, play }: SearchOptions & { schemaless: boolean; play: (commands: Commands) => Promise<void> },
): Promise<string | null> {
  let failedAtMs: number | null = null;
  const property = fc.asyncProperty(
    fc.commands([actionOf(schemaless, without).map(toCommand)], { maxCommands: steps, size: 'max' }),
    async (commands) => {
      // Everything passes when the time is over, so that the shortest sequence until then is reported.
      if (failedAtMs !== null && Date.now() - failedAtMs > shrinkMs) return;
      for (let attempt = 0; attempt < (failedAtMs === null ? 1 : attempts); attempt += 1) {
        try {
          await play(commands);
        } catch (error) {
          failedAtMs ??= Date.now();
          throw error;
        }
      }
    },
  );
  const { failed, errorInstance, counterexamplePath, numShrinks } = await fc.check(property, { seed, numRuns: 1, unbiased: true });
  if (!failed) return null;
  if (!(errorInstance instanceof Violation)) throw errorInstance;
  return `${errorInstance.message}\n  (shortened ${numShrinks} times; path ${counterexamplePath})`;
}

function toCommand(action: Action): fc.AsyncCommand<World, World> {
  return {
    check: (world) => world.allows(action),
    run: (world) => world.perform(action),
    toString: () => JSON.stringify(action),
  };
}

async function playOnce(commands: Commands, { database, pool, crew, tally, signal }: Stage): Promise<void> {
  await database.clear();
  const observer = await openDatabase(database.storage, { log: createLogger('prove', 'silent') }, signal);
  const processes = await gather(pool, database, crew);
  const world = createWorld(processes, database, observer, signal);
  try {
    await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
    await world.finish();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    throw new Violation([...world.story.map((line, index) => `  ${index + 1}. ${line}`), `  => ${error.message}`].join('\n'));
  } finally {
    tally.steps += world.story.length;
    await processes.end();
    await observer.close();
  }
}
