import type { StorageConfig } from '@watchpost/shared/config/common';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { createMongoSnapshotRecords, ensureRecordIndexes } from './stores/mongo/snapshot-records.ts';
import { createPostgresSnapshotRecords } from './stores/postgres/snapshot-records.ts';
import type { SnapshotRecords } from './records/snapshot-record.ts';
import { createGallery } from './create-gallery.ts';
import type { Gallery } from './gallery.ts';
import { createGalleryMetrics } from './metrics.ts';
import { defaultGallerySettings, type GallerySettings } from './settings.ts';
import type { GalleryDatabase } from './store.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping/housekeeping.ts';
import { createQuantisedIndex } from './memory/index/quantised-index.ts';
import { createResidentIndex } from './memory/index/resident-index.ts';
import { createMirror } from './memory/mirror.ts';
import { connectMongo } from './stores/mongo/connect.ts';
import { createMongoAudit } from './stores/mongo/audit.ts';
import { createMongoFeed } from './stores/mongo/feed.ts';
import { createMongoGalleryStore, ensureGalleryIndexes } from './stores/mongo/gallery-store.ts';
import { createMongoSightings } from './stores/mongo/sightings.ts';
import { createMongotFaces } from './stores/mongo/vector-search/distant-faces.ts';
import { createOperations } from './changes/create-operations.ts';
import type { PeopleOperations } from './changes/operation.ts';
import { createPageIn, type DistantFaces } from './memory/page-in.ts';
import { connectPostgres } from './stores/postgres/connect.ts';
import { createPostgresAudit } from './stores/postgres/audit.ts';
import { createPostgresFeed } from './stores/postgres/feed.ts';
import { createPostgresGalleryStore } from './stores/postgres/gallery-store.ts';
import { createPostgresSightings } from './stores/postgres/sightings.ts';
import { createRecognise } from './recognise.ts';
import { createSync } from './memory/sync.ts';
import { createTransact } from './changes/transact.ts';

export interface OpenGalleryOptions {
  log: Logger;
  metrics: Metrics;
  /** Those that are missing are `defaultGallerySettings`. */
  settings?: Partial<GallerySettings>;
}

/** An opened database: the gallery's parts, the records, and the end of both. */
export interface OpenedDatabase extends GalleryDatabase {
  /** Search by the database itself; null where it has none. Whether it works shows when it is asked. */
  distant: DistantFaces | null;
  records: SnapshotRecords;
  close: () => Promise<void>;
}

/** The gallery and what belongs to it. */
export interface OpenedGallery {
  gallery: Gallery;
  records: SnapshotRecords;
  operations: PeopleOperations;
  /** Runs by itself, in processes that recognise. */
  housekeeping: Housekeeping | null;
}

/**
 * Opens the gallery and the records in the database that the configuration names: MongoDB where it has a connection string, else
 * PostgreSQL. Resolves when the database answers; the gallery goes on reading (`gallery.ready`). `gallery.close` closes all of it.
 * Rejects with `gallery-unavailable`.
 */
export async function openGallery(
  config: StorageConfig,
  { log, metrics, settings }: OpenGalleryOptions,
  signal: AbortSignal,
): Promise<OpenedGallery> {
  const { decision, references, sync: syncSettings, housekeeping: tidying, ...chosen } = { ...defaultGallerySettings, ...settings };
  if (chosen.index === 'mongot' && !config.MONGO_CONNECTION_STRING) throw new AppError('config-invalid', 'only MongoDB has vector search');
  const database = await openDatabase(config, { log, sightingsKeepMs: chosen.sightingsKeepMs }, signal);
  const { store, feed, sightings, audit, records, close } = database;
  const distant = chosen.index === 'mongot' ? database.distant : null;
  const instruments = createGalleryMetrics(metrics);
  const mirror = createMirror(distant ? () => createResidentIndex(createQuantisedIndex(), chosen.residentVectors) : createQuantisedIndex);
  const embeddings = syncSettings.embeddings && (distant ? 'newest' : true);
  const sync = createSync({ store, feed, mirror, metrics: instruments, log }, { ...syncSettings, embeddings });
  const transact = createTransact({ store, sync, mirror, metrics: instruments });
  const pageIn = distant ? createPageIn({ mirror, distant }) : undefined;
  const recognise = createRecognise({ pageIn, mirror, sync, transact, sightings, metrics: instruments, decision, references });
  const operations = createOperations({ mirror, transact, sightings, audit, references });
  const { thresholds } = decision;
  const housekeeping = syncSettings.embeddings
    ? createHousekeeping({ mirror, sync, transact, sightings, audit, records, log, thresholds, cap: references.cap }, tidying)
    : null;
  const closeAll = async (): Promise<void> => {
    await housekeeping?.close();
    await close();
  };
  return { gallery: createGallery({ mirror, sync, operations, sightings, recognise, close: closeAll }), records, operations, housekeeping };
}

/** The adapter that the URL chooses. */
export async function openDatabase(
  config: StorageConfig,
  { log, sightingsKeepMs = defaultGallerySettings.sightingsKeepMs }: { log: Logger; sightingsKeepMs?: number },
  signal: AbortSignal,
): Promise<OpenedDatabase> {
  if (config.MONGO_CONNECTION_STRING) return openMongo(config.MONGO_CONNECTION_STRING, log, sightingsKeepMs, signal);
  if (config.POSTGRES_URL) return openPostgres(config.POSTGRES_URL, log, sightingsKeepMs, signal);
  throw new AppError('config-invalid', 'MONGO_CONNECTION_STRING or POSTGRES_URL must be set for the gallery');
}

async function openMongo(url: string, log: Logger, sightingsKeepMs: number, signal: AbortSignal): Promise<OpenedDatabase> {
  const { db, changeStreams, close } = await connectMongo(url, {}, signal);
  try {
    await ensureGalleryIndexes(db);
    await ensureRecordIndexes(db);
  } catch (error) {
    await close();
    throw error;
  }
  log.info({ database: db.databaseName, changeStreams }, 'gallery on MongoDB');
  return {
    store: createMongoGalleryStore(db),
    feed: createMongoFeed(db, changeStreams),
    sightings: createMongoSightings(db, sightingsKeepMs),
    audit: createMongoAudit(db),
    distant: createMongotFaces(db),
    records: createMongoSnapshotRecords(db),
    close,
  };
}

async function openPostgres(url: string, log: Logger, sightingsKeepMs: number, signal: AbortSignal): Promise<OpenedDatabase> {
  const postgres = await connectPostgres(url, log, signal);
  log.info('gallery on PostgreSQL');
  return {
    store: createPostgresGalleryStore(postgres),
    feed: createPostgresFeed(url),
    sightings: createPostgresSightings(postgres, sightingsKeepMs),
    audit: createPostgresAudit(postgres),
    distant: null,
    records: createPostgresSnapshotRecords(postgres),
    close: postgres.close,
  };
}
