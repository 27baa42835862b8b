import { randomUUID } from 'node:crypto';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { snapshotJobSchema } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { eraseForgotten } from '@watchpost/privacy/receipts/erasing';
import type { Receipt } from '@watchpost/privacy/receipts/receipt';
import { createReceipts } from '@watchpost/privacy/receipts/receipts';
import { createRetentionReport } from '@watchpost/privacy/retention/report';
import { readRetention } from '@watchpost/privacy/retention/settings';
import { createVisits } from '@watchpost/visits/visits';
import { pause } from '@watchpost/shared/wait';
import { readOptions, type Bench } from './bench.ts';
import { allPlaces, fillPosts } from './forget-places.ts';
import { openBenchDatabase } from './gallery/bench-database.ts';
import { fillGallery, recordSightings } from './gallery/fill.ts';
import { makeOlder } from './gallery/make-older.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** From when it is due until nothing is left, seconds. */
const targetSeconds = 10;
const atOnce = 64;
/** Between two rounds, milliseconds: a worker's are a second apart. */
const roundMs = 100;
const mostRounds = 3_000;

/**
 * Forgets a person with many sightings, records and visits, on the database that `openBenchDatabase` finds or starts: the change itself, and from
 * when it is due until every place says that nothing is left. Exit code 1 if that takes longer than ten seconds, or something is left.
 */
export const forget: Bench = async (args, { env, print, warn, signal }) => {
  const options = readOptions(args, {
    sightings: wholeNumber(1, 1_000_000).default(10_000),
    people: wholeNumber(2, 100_000).default(1_000),
    visits: wholeNumber(0, 100_000).default(500),
    /** Their visits have expired. Twenty go in a round, as a channel takes them. */
    posts: wholeNumber(0, 100_000).default(100),
  });
  const database = await openBenchDatabase(env);
  try {
    const log = createLogger('bench', 'fatal');
    const filling = await openDatabase(database.storage, { log }, signal);
    warn(`${options.people} people, and one of them with ${options.sightings} sightings, on ${database.kind}`);
    const [personId = ''] = await fillGallery(filling.store, { persons: options.people, facesAPerson: 5, named: 1 }, signal);
    await recordSightings(filling.sightings, [personId], options.sightings, signal);
    await filling.close();
    const opened = await openGallery(database.storage, { log, metrics: createMetrics({ processMetrics: false }) }, signal);
    try {
      await fillRecords(opened, personId, options.sightings, signal);
      await fillVisits(opened, personId, options.visits, signal);
      await fillPosts(opened, personId, options.posts, signal);
      opened.start();
      await opened.gallery.ready(signal);
      const changed = performance.now();
      const { id } = await opened.operations.apply({ kind: 'forget', person: personId }, { id: 'bench' }, signal);
      const changeSeconds = (performance.now() - changed) / 1_000;
      await makeOlder(database.storage, 12 * minuteMs);
      const due = performance.now();
      const receipt = await untilDone(opened, id, signal);
      const seconds = (performance.now() - due) / 1_000;
      const reported = performance.now();
      await createRetentionReport(opened.kept.holdings, readRetention({}))(signal);
      const reportMs = performance.now() - reported;
      const left = Object.values(receipt.places).reduce((sum, place) => sum + place.left, 0);
      const report = {
        database: database.kind,
        changeSeconds: rounded(changeSeconds),
        seconds: rounded(seconds),
        left,
        retentionReportMs: rounded(reportMs, 0),
        places: receipt.places,
      };
      for (const line of options.json ? [JSON.stringify(report)] : lines(report)) print(line);
      return left === 0 && seconds <= targetSeconds ? 0 : 1;
    } finally {
      await opened.gallery.close();
    }
  } finally {
    await database.stop();
  }
};

async function fillRecords({ records }: OpenedGallery, personId: string, count: number, signal: AbortSignal): Promise<void> {
  const one = async (): Promise<void> => {
    const snapshotId = randomUUID();
    const job = snapshotJobSchema.parse({
      v: 1,
      kind: 'snapshot',
      snapshotId,
      channel: 'slack:C1',
      messageId: '1.1',
      camera: 'Door',
      takenAtMs: Date.now(),
      file: { id: 'F1', name: 'a.jpg', mimeType: 'image/jpeg', sizeBytes: null, url: 'https://files.example/a.jpg', thumbnailUrl: null },
    });
    const record = await records.open(job, signal);
    const face = { box: { x: 0, y: 0, width: 9, height: 9 }, quality: 1, decision: 'match' as const, personId, similarity: 1 };
    await records.save({ ...record, state: 'posted', outcome: 'faces', outcomeAtMs: Date.now(), faces: [face] }, signal);
  };
  for (let done = 0; done < count; done += atOnce) await Promise.all(Array.from({ length: Math.min(atOnce, count - done) }, one));
}

async function fillVisits({ documents }: OpenedGallery, personId: string, count: number, signal: AbortSignal): Promise<void> {
  const visits = createVisits(documents);
  for (let index = 0; index < count; index += 1) {
    const shot = { snapshotId: `s${index}`, messageId: 'm', takenAtMs: Date.now() - (index % 25) * dayMs, width: 9, height: 9 };
    await visits.save(
      {
        v: 1,
        id: `visit-${index}`,
        revision: 0,
        channel: 'slack:C1',
        camera: 'Door',
        snapshots: [shot],
        numbers: [],
        persons: [personId],
        asked: [],
        named: [personId],
        verdict: 'digest',
        post: null,
        picture: null,
        shownHash: null,
        shownRevision: 0,
        lastChange: null,
        said: [],
        replies: [],
      },
      signal,
    );
  }
}

async function untilDone(opened: OpenedGallery, id: string, signal: AbortSignal): Promise<Receipt> {
  const { documents, kept, gallery, housekeeping } = opened;
  const log = createLogger('bench', 'fatal');
  const deps = {
    documents,
    audit: kept.audit,
    holdings: kept.holdings,
    places: allPlaces(opened, log),
    eraseNow: (until: AbortSignal) => housekeeping.erase(until),
    keepMs: dayMs,
    gallery,
    isTaken: () => false,
    log,
  };
  const receipts = createReceipts(documents, kept.audit, dayMs);
  for (let round = 0; round < mostRounds; round += 1) {
    await eraseForgotten(deps, signal);
    const [receipt] = await receipts.find(id, 1, signal);
    if (receipt?.state === 'done') return receipt;
    await pause(roundMs, signal);
  }
  throw new AppError('internal', 'something is left of the person');
}

function lines({
  database,
  changeSeconds,
  seconds,
  retentionReportMs,
  places,
}: {
  database: string;
  changeSeconds: number;
  seconds: number;
  retentionReportMs: number;
  places: Receipt['places'];
}): string[] {
  const rows = Object.entries(places).map(([name, { found, erased, left }]) => [name, found, erased, left]);
  return [
    `${database}: the change ${changeSeconds} s; erased ${seconds} s after it was due (at most ${targetSeconds} s); report of all classes ${retentionReportMs} ms`,
    ...toTable([['', 'found', 'erased', 'left'], ...rows]),
  ];
}
