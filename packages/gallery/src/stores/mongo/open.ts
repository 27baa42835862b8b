import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Database } from '../database.ts';
import { aboutMongo } from './about.ts';
import { createMongoArchive } from './archive.ts';
import { createMongoAudit } from './audit.ts';
import { createMongoCameraFigures } from './camera-figures.ts';
import { connectMongo, isIndexConflict } from './connect.ts';
import { createMongoDocuments, ensureDocumentIndexes } from './document-store.ts';
import { createMongoEraser } from './eraser.ts';
import { createMongoFeed } from './feed.ts';
import { createMongoGalleryStore } from './gallery-store.ts';
import { createMongoHoldings } from './holdings.ts';
import { ensureGalleryIndexes } from './indexes.ts';
import { createMongoOverview } from './overview.ts';
import { createMongoRepairs } from './repairs.ts';
import { createMongoSightingHistory } from './sighting-history.ts';
import { createMongoSightings } from './sightings.ts';
import { createMongoSnapshotRecords, ensureRecordIndexes } from './snapshot-records.ts';
import { createMongoUpkeep } from './upkeep.ts';
import { createMongoWritesOf } from './writes-of.ts';
import { createMongoVectorSearch } from './vector-search/vector-search.ts';

/** Opens the database of the connection string, and creates missing indexes. Rejects with `gallery-unavailable`, or with `database-incompatible`. */
export async function openMongo(
  url: string,
  { log, sightingsKeepMs }: { log: Logger; sightingsKeepMs: number },
  signal: AbortSignal,
): Promise<Database> {
  const { db, changeStreams, close } = await connectMongo(url, signal);
  try {
    await ensureGalleryIndexes(db);
    await ensureRecordIndexes(db);
    await ensureDocumentIndexes(db);
  } catch (error) {
    await close();
    throw isIndexConflict(error)
      ? new AppError('database-incompatible', 'the indexes were created by another version of watchpost', { cause: error })
      : error;
  }
  log.info({ database: db.databaseName, changeStreams }, 'gallery on MongoDB');
  const store = createMongoGalleryStore(db, log);
  return {
    store,
    feed: createMongoFeed(db, changeStreams),
    sightings: createMongoSightings(db, sightingsKeepMs),
    overview: createMongoOverview(db),
    audit: createMongoAudit(db),
    eraser: createMongoEraser(db, log),
    upkeep: createMongoUpkeep(db),
    repairs: createMongoRepairs(db),
    records: createMongoSnapshotRecords(db),
    history: createMongoSightingHistory(db),
    cameraFigures: createMongoCameraFigures(db),
    documents: createMongoDocuments(db),
    archive: createMongoArchive(db, store, { snapshots: changeStreams }),
    holdings: createMongoHoldings(db),
    vectorSearch: createMongoVectorSearch(db),
    about: async (signal) => aboutMongo(db, signal),
    writesOf: createMongoWritesOf(db),
    close,
  };
}
