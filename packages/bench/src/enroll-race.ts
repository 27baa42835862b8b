import { randomUUID } from 'node:crypto';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import { readOptions, type Bench } from './bench.ts';
import { openBenchDatabase } from './gallery/bench-database.ts';
import { startProcesses } from './gallery/children.ts';
import { createSyntheticFaces } from './gallery/synthetic-faces.ts';
import { percentile, rounded } from './report/statistics.ts';

/**
 * In each round all processes see different pictures of the same new stranger at the same moment. Every round must add exactly one
 * person, and all processes must return the same name: exit code 1 otherwise.
 */
export const enrollRace: Bench = async (args, { env, print, warn, signal }) => {
  const { json, rounds, workers } = readOptions(args, {
    rounds: wholeNumber(1, 1_000_000).default(200),
    workers: wholeNumber(1, 1_000).default(8),
  });
  const database = await openBenchDatabase(env);
  try {
    // Creates the tables and indexes before all the processes start.
    const opened = await openDatabase(database.storage, { log: createLogger('bench', 'fatal') }, signal);
    const count = async (): Promise<number> => {
      let persons = 0;
      await opened.store.ids('person', (page) => void (persons += page.length), signal);
      return persons;
    };
    const before = await count();
    warn(`${rounds} rounds of ${workers} processes on ${database.kind}`);
    const { times, splits } = await race(database.storage, rounds, workers, signal);
    const persons = (await count()) - before;
    await opened.close();
    const [p50Ms, p99Ms] = [0.5, 0.99].map((rank) => rounded(percentile(times, rank)));
    const report = { database: database.kind, rounds, workers, persons, roundsWithTwoNames: splits, p50Ms, p99Ms };
    print(
      json
        ? JSON.stringify(report)
        : `${database.kind}: ${persons} persons of ${rounds} strangers, ${splits} of them under two names; one answer took ${p50Ms} ms (p99 ${p99Ms} ms)`,
    );
    return persons === rounds && splits === 0 ? 0 : 1;
  } finally {
    await database.stop();
  }
};

async function race(storage: Parameters<typeof startProcesses>[1], rounds: number, workers: number, signal: AbortSignal) {
  const processes = await startProcesses(workers, storage);
  const synthetic = createSyntheticFaces(Date.now());
  const times: number[] = [];
  let splits = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      throwIfAborted(signal);
      const stranger = synthetic.person();
      const orders = processes.map(() => ({
        kind: 'recognise' as const,
        snapshotId: `race-${randomUUID()}`,
        embedding: [...synthetic.picture(stranger)],
      }));
      const answers = await Promise.all(processes.map((each, index) => each.ask(orders[index] ?? { kind: 'stop' })));
      const names = new Set<string | null>();
      for (const answer of answers) {
        if (answer.kind !== 'recognised') throw new AppError('internal', 'unexpected reply of a process');
        names.add(answer.name);
        times.push(answer.elapsedMs);
      }
      if (names.size !== 1 || names.has(null)) splits += 1;
    }
  } finally {
    await Promise.all(processes.map((each) => each.stop()));
  }
  return { times, splits };
}
