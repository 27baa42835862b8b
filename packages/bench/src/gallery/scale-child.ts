/** A process with a gallery like a worker's, which measures itself. */
import { once, setMaxListeners } from 'node:events';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { rounded } from '../report/statistics.ts';
import { watchBlocks } from './blocks.ts';
import { editByHand } from './edit-by-hand.ts';
import type { ScaleReport } from './measure-scale.ts';
import { createSyntheticFaces } from './synthetic-faces.ts';
import { syntheticDecision } from './synthetic-calibration.ts';

const { storage, merge } = z
  .object({
    storage: z.object({ MONGO_CONNECTION_STRING: z.string().optional(), POSTGRES_URL: z.string().optional() }),
    merge: z.object({ from: z.string(), into: z.string() }),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));
const { signal } = new AbortController();
setMaxListeners(0, signal);
const log = createLogger('bench', 'fatal');
const rounds = 2;
const faces = 200;
const edited = 1_000;

/** Runs a step; how long it took, how much CPU, and the longest time for which the event loop was blocked. */
async function measure<T>(work: () => Promise<T>) {
  const blocks = watchBlocks();
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const ms = rounded(performance.now() - startMs);
  const longest = await blocks.stop();
  const step = { ms, longestBlockMs: rounded(longest.cpuMs), longestDelayMs: rounded(longest.delayMs) };
  return { result, cpuSeconds: rounded((user + system) / 1e6), step };
}

/** A process loads its modules before it has anything else to do: measured from there on. */
const opened = await openGallery(
  storage,
  { log, metrics: createMetrics({ processMetrics: false }), settings: { decision: syntheticDecision } },
  signal,
);
const database = await openDatabase(storage, { log }, signal);
const { gallery, operations, housekeeping } = opened;
const actor = { id: 'bench' };

const start = await measure(async () => {
  opened.start();
  await gallery.ready(signal);
});
const house = await measure(async () => {
  let compared = 0;
  for (let round = 0; round < rounds; round += 1) compared += (await housekeeping.round(signal))?.compared ?? 0;
  return compared;
});
const synthetic = createSyntheticFaces(7);
const recognised = await measure(async () => {
  for (let index = 0; index < faces; index += 1) {
    const face = { embedding: synthetic.picture(synthetic.person()), modelId: 'bench', quality: 0.9, sizePx: 100 };
    const snapshot = { snapshotId: `scale-${index}`, channel: 'slack:C1', camera: null, takenAtMs: Date.now() };
    await gallery.recognise(snapshot, [{ box: { x: 0, y: 0, width: 100, height: 100 }, ...face }], signal);
  }
});
const people = await measure(async () => gallery.people(signal));
const census = await measure(async () => {
  for (const kind of ['person', 'face'] as const) await database.store.ids(kind, () => undefined, signal);
});
const adopted = await measure(() => adoptAll());
const merged = await measure(() => operations.apply({ kind: 'merge', ...merge }, actor, signal));
const undone = await measure(() => operations.undo(merged.result.id, actor, signal));
const history = await measure(() => operations.history(30, signal));
const historyOfActor = await measure(() => database.audit.newest(30, { actor: 'nobody' }, signal));
const entryById = await measure(() => database.audit.find(merged.result.id.slice(0, 8), signal));
const personId = merged.result.personIds[0] ?? '';
const sightings = await measure(() => database.sightings.ofPersons([personId], 100, signal));

/** Somebody edits many persons by hand, with one command; until all are adopted. */
async function adoptAll(): Promise<void> {
  await editByHand(storage, edited);
  while ((await database.store.edits(signal)).persons.length > 0) await pause(100, signal);
}

const report: ScaleReport = {
  start: { ...start.step, cpuSeconds: start.cpuSeconds },
  housekeeping: { ...house.step, rounds, cpuSeconds: house.cpuSeconds, comparedFaces: house.result },
  recognise: { ...recognised.step, faces },
  people: people.step,
  census: census.step,
  adoption: { ...adopted.step, persons: edited },
  merge: merged.step,
  undo: undone.step,
  history: history.step,
  historyOfActor: historyOfActor.step,
  entryById: entryById.step,
  sightingsOfPerson: sightings.step,
};
process.send?.(report);
await database.close();
await gallery.close();
process.disconnect();
await once(process, 'disconnect').catch(() => undefined);
