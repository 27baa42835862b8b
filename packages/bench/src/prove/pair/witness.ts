import { openGallery } from '@watchpost/gallery/open-gallery';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';

/** What is in the gallery's database, read like any other process. */
export interface Witness {
  record(snapshotId: string): Promise<SnapshotRecord | null>;
  /** The names of everybody. */
  people(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openWitness(storage: StorageConfig, signal: AbortSignal): Promise<Witness> {
  const options = { log: createLogger('prove', 'silent'), metrics: createMetrics({ processMetrics: false }), vectors: false };
  const { gallery, records, start } = await openGallery(storage, options, signal);
  start();
  return {
    record: async (snapshotId) => records.get(snapshotId, signal),
    people: async () => {
      await gallery.ready(signal);
      return (await gallery.people(signal)).map(({ name }) => name);
    },
    close: async () => gallery.close(),
  };
}
