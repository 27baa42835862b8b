import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { followDatabase, type FollowedDatabase, takeOver, unlessNewer } from '@watchpost/shared/documents/follow-database';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { createAdopt } from './changes/adoption.ts';
import { createOperations } from './changes/operations.ts';
import { createTransact, type Transact } from './changes/transact.ts';
import { createGallery } from './create-gallery.ts';
import { createQuestions } from './create-questions.ts';
import type { Gallery, PeopleOperations } from './gallery.ts';
import { assessByCalibration } from './housekeeping/assessor.ts';
import { createCheckup, type Checkup } from './housekeeping/checkup.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping/housekeeping.ts';
import { createExactIndex } from './memory/index/exact-index.ts';
import { announce } from './memory/processes.ts';
import { leftBehind, type LeftBehind } from './memory/left-behind.ts';
import { createMirror, type Mirror } from './memory/mirror.ts';
import { createLruIndex } from './memory/paging/lru-index.ts';
import { createPageIn } from './memory/paging/page-in.ts';
import type { ReaderDeps } from './memory/reader.ts';
import { createSync } from './memory/sync.ts';
import { createVectorsOf, type VectorsOf } from './memory/vectors-of.ts';
import { createGalleryMetrics } from './metrics.ts';
import { createEnroll, type Enroll } from './moving-in/enroll.ts';
import type { GalleryQuestions } from './questions.ts';
import { createExplain } from './recognise/explain.ts';
import { createRecognise } from './recognise/recognise.ts';
import type { SnapshotRecords } from './records/snapshot-record.ts';
import { defaultGallerySettings, type GallerySettings } from './config.ts';
import type { Holdings } from './holdings.ts';
import type { AuditStore, GalleryStore, SightingStore } from './store.ts';
import type { Database } from './stores/database.ts';
import { openDatabase } from './stores/open-database.ts';

export interface OpenGalleryOptions {
  log: Logger;
  metrics: Metrics;
  /** Default: `defaultGallerySettings`. */
  settings?: Partial<GallerySettings>;
  /** What this process is (`worker`): while it runs it tells all others how far it knows the gallery. Absent: it does not. */
  process?: string;
  /** False: without vectors, for commands that neither recognise nor merge. Default true. */
  vectors?: boolean;
}

/** What else is in the gallery's database. */
interface KeptBeside {
  records: SnapshotRecords;
  documents: DocumentStore;
  /** Tells when another history has taken the database's place. */
  followed: FollowedDatabase;
  /** What is stored, for those who account for it. */
  kept: Kept;
}

/** The parts of the database that only tell, for those who account for what is stored. */
export interface Kept {
  store: Pick<GalleryStore, 'faces' | 'crop'>;
  sightings: Pick<SightingStore, 'ofPersons' | 'crop' | 'lastSeen'>;
  audit: AuditStore;
  holdings: Holdings;
  /** What others have that shows a person, or tells them from it, by the gallery in memory. */
  elsewhere: {
    /** The ids of faces that somebody said show the person. */
    showing: (personId: string) => string[];
    /** The ids of faces that were learnt from one face of a snapshot. */
    learntFrom: (snapshotId: string, position: number) => string[];
    /** From how many people somebody told the person apart. */
    pairsOf: (personId: string) => number;
  };
}

/** What processes use. Nothing runs until it is started. */
export interface OpenedGallery extends KeptBeside {
  gallery: Gallery;
  operations: PeopleOperations;
  questions: GalleryQuestions;
  /** Gives a person a reference by hand; of the gallery as it is in memory, so once it is ready. */
  enroll: Enroll;
  /** Starts reading the gallery into memory and keeping it current; `gallery.ready` waits for that. `modelId`: what this process embeds faces with. */
  start: (modelId?: string) => void;
  /** Started separately, by processes that recognise. */
  housekeeping: Housekeeping;
  checkup: Checkup;
  /** Who is not recognised where this embedding model is in use. Of the gallery as far as it was read: to be called once it is ready. */
  leftBehind: (modelId: string) => Promise<LeftBehind>;
}

/** And its inside, for the workbench. */
export interface GalleryParts extends OpenedGallery {
  settings: GallerySettings;
  database: Database;
  mirror: Mirror;
  transact: Transact;
  vectorsOf: VectorsOf;
}

/**
 * Opens the gallery in the database that the configuration names. Resolves when the database answers. `gallery.close` closes
 * everything. Rejects with `gallery-unavailable`.
 */
export async function openGallery(config: StorageConfig, options: OpenGalleryOptions, signal: AbortSignal): Promise<OpenedGallery> {
  return openParts(config, options, signal);
}

/** Takes the database over for this release, and follows it. Its documents answer nothing while a newer release keeps them. */
async function followOpened(
  opened: Database,
  log: Logger,
  signal: AbortSignal,
): Promise<{ database: Database; followed: FollowedDatabase; close: () => Promise<void> }> {
  try {
    await takeOver(opened.documents, signal);
  } catch (error) {
    await opened.close();
    throw error;
  }
  const stop = new AbortController();
  const followed = followDatabase({ documents: opened.documents, log }, stop.signal);
  return {
    database: { ...opened, documents: unlessNewer(opened.documents, () => followed.isNewer()) },
    followed,
    close: async () => {
      stop.abort();
      await followed.done;
      await opened.close();
    },
  };
}

/** Assembles the package from the bottom up: a database, the gallery in memory, changes to it, and what works on these. */
export async function openParts(
  config: StorageConfig,
  { log, metrics: registry, vectors = true, settings: some, process }: OpenGalleryOptions,
  signal: AbortSignal,
): Promise<GalleryParts> {
  const settings = { ...defaultGallerySettings, ...some };
  const { decision, references } = settings;
  if (settings.index === 'mongot' && !config.MONGO_CONNECTION_STRING)
    throw new AppError('config-invalid', 'only MongoDB has vector search');
  const opened = await openDatabase(config, { log, sightingsKeepMs: settings.sightingsKeepMs }, signal);
  const { database, followed, close: closeDatabase } = await followOpened(opened, log, signal);
  const metrics = createGalleryMetrics(registry);

  const search = settings.index === 'mongot' ? database.vectorSearch : null;
  const mirror = createMirror(search ? () => createLruIndex(createExactIndex(), settings.residentVectors) : createExactIndex);
  const embeddings: ReaderDeps['embeddings'] = vectors && search ? 'newest' : vectors;
  const adopt = async (signal: AbortSignal): Promise<void> => adoptEdits(signal);
  const sync = createSync({ ...database, ...settings.sync, mirror, metrics, log, embeddings, adopt });

  followed.onReplaced((why) => sync.doubt(why));

  const transact = createTransact({ ...database, sync, mirror, metrics });
  const adoptEdits = createAdopt({ ...database, mirror, transact, log });
  const pageIn = search ? createPageIn({ mirror, search }) : undefined;
  const vectorsOf = createVectorsOf({ ...database, mirror });
  const parts = { ...database, mirror, sync, transact, vectorsOf, pageIn, embeddings, metrics, log, decision, references };
  const operations = createOperations(parts);
  const recognise = createRecognise(parts);

  const { sightingsKeepMs } = settings;
  const care = { ...parts, assessor: assessByCalibration(decision, () => mirror.counts()), sightingsKeepMs };
  const housekeeping = createHousekeeping(care, settings.housekeeping);
  const checkup = createCheckup(care);

  const stop = new AbortController();
  const close = async (): Promise<void> => {
    stop.abort();
    await sync.close();
    await housekeeping.close();
    await closeDatabase();
  };
  const explain = createExplain(parts);
  const gallery = createGallery({ ...parts, followed, recognise, explain, close });
  const { records, documents } = database;
  return {
    gallery,
    operations,
    questions: createQuestions(parts, stop.signal),
    enroll: createEnroll(parts),
    records,
    documents,
    followed,
    kept: {
      ...database,
      elsewhere: {
        showing: (personId) => mirror.facesShowing(personId).map(({ id }) => id),
        learntFrom: (snapshotId, position) => mirror.facesFrom(snapshotId, position).map(({ id }) => id),
        pairsOf: (personId) => mirror.pairsOf(personId).length,
      },
    },
    start: (modelId) => {
      sync.start();
      const told = { documents, modelId, isReady: () => sync.isReady(), head: () => mirror.head };
      if (process !== undefined) void announce({ process, ...told }, stop.signal);
    },
    housekeeping,
    checkup,
    leftBehind: (modelId) => leftBehind(mirror, modelId),
    settings,
    database,
    mirror,
    transact,
    vectorsOf,
  };
}
