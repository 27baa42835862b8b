import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import { fillGallery, recordSightings } from './fill.ts';
import { lengthenHistory } from './lengthen-history.ts';

/** Of a step: how long it took, and the longest time for which the process could do nothing else, in CPU time and by the clock. Milliseconds. */
const stepSchema = z.object({ ms: z.number(), longestBlockMs: z.number(), longestDelayMs: z.number() });
/** What the measuring process sends. */
export const scaleReportSchema = z.object({
  /** From a start with an open connection until the process is ready. */
  start: stepSchema.extend({ cpuSeconds: z.number() }),
  /** The first rounds of housekeeping. */
  housekeeping: stepSchema.extend({ rounds: z.number(), cpuSeconds: z.number(), comparedFaces: z.number() }),
  /** Recognising one face after the other. */
  recognise: stepSchema.extend({ faces: z.number() }),
  /** The list of all. */
  people: stepSchema,
  /** The ids of all persons and faces. */
  census: stepSchema,
  /** From an edit by hand of many persons until all are adopted. */
  adoption: stepSchema.extend({ persons: z.number() }),
  /** Of two persons with 40 references each. */
  merge: stepSchema,
  undo: stepSchema,
  history: stepSchema,
  historyOfActor: stepSchema,
  entryById: stepSchema,
  /** The newest of a person with a thousand sightings. */
  sightingsOfPerson: stepSchema,
});
export type ScaleReport = z.infer<typeof scaleReportSchema>;

/** At 10,000 persons, 100,000 faces and 500,000 changes. */
export const scaleTargets = { startSeconds: 20, housekeepingCpuSeconds: 5, longestBlockMs: 20 };

export interface ScaleOptions {
  persons: number;
  faces: number;
  changes: number;
}

/** Half of the persons are unknowns. */
const named = 0.5;
const sightings = 2_000;

/** Fills an empty gallery, and measures a process that works with it. */
export async function measureScale(storage: StorageConfig, options: ScaleOptions, signal: AbortSignal) {
  const { persons, faces, changes } = options;
  const startMs = performance.now();
  const database = await openDatabase(storage, { log: createLogger('bench', 'fatal') }, signal);
  try {
    const [one, two] = ['Bench one', 'Bench two'];
    await fillGallery(database.store, { persons, facesAPerson: Math.round(faces / persons), named }, signal);
    const pair = await fillGallery(database.store, { persons: 2, facesAPerson: 40, named: 1, names: [one, two] }, signal);
    await recordSightings(database.sightings, pair, sightings, signal);
    await lengthenHistory(storage, database.store, changes, signal);
    const fillSeconds = Math.round((performance.now() - startMs) / 1_000);
    return { ...options, fillSeconds, ...(await measureInProcess(storage, { from: one, into: two })) };
  } finally {
    await database.close();
  }
}

async function measureInProcess(storage: StorageConfig, merge: { from: string; into: string }): Promise<ScaleReport> {
  const script = fileURLToPath(new URL('scale-child.js', import.meta.url));
  const child = fork(script, [JSON.stringify({ storage, merge })], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const report = new Promise<ScaleReport>((resolve, reject) => {
    child.on('message', (message) => resolve(scaleReportSchema.parse(message)));
    child.on('exit', () => reject(new AppError('process-failed', 'the measuring process exited')));
  });
  const exit = once(child, 'exit');
  const measured = await report;
  await exit;
  return measured;
}
