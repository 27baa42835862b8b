import { openGallery } from '@watchpost/gallery/open-gallery';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { VisitBody } from '@watchpost/visits/visit';
import { readVisits } from '../../servers/read-visits.ts';

/** What is in the gallery's database, read like any other process. */
export interface Witness {
  record(snapshotId: string): Promise<SnapshotRecord | null>;
  /** Who was in a snapshot, as they are called now. */
  names(snapshotId: string): Promise<string[]>;
  visits(): Promise<VisitBody[]>;
  /** The names of everybody. */
  people(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openWitness(storage: StorageConfig, signal: AbortSignal): Promise<Witness> {
  const options = { log: createLogger('prove', 'silent'), metrics: createMetrics({ processMetrics: false }), vectors: false };
  const { gallery, records, documents, start } = await openGallery(storage, options, signal);
  start();
  return {
    record: async (snapshotId) => records.get(snapshotId, signal),
    names: async (snapshotId) => (await gallery.explain(snapshotId, signal)).flatMap(({ person }) => person?.name ?? []),
    visits: async () => readVisits(documents, signal),
    people: async () => {
      await gallery.ready(signal);
      return (await gallery.people(signal)).map(({ name }) => name);
    },
    close: async () => gallery.close(),
  };
}
