import { newRecord, recordConflict } from '@watchpost/gallery/records/new-record';
import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';

type Kept = Pick<SnapshotRecords, 'open' | 'get' | 'save' | 'frames'>;

/** Records in memory, for tests of what writes them; the contract suite holds databases to the same. */
export function createMemoryRecords(): Kept & { all: () => SnapshotRecord[] } {
  const byId = new Map<string, SnapshotRecord>();
  return {
    all: () => [...byId.values()],
    open: async (job) => {
      const found = byId.get(job.snapshotId) ?? newRecord(job);
      byId.set(job.snapshotId, found);
      return structuredClone(found);
    },
    get: async (snapshotId) => structuredClone(byId.get(snapshotId)) ?? null,
    save: async (record) => {
      if (byId.get(record.snapshotId)?.revision !== record.revision) throw recordConflict(record.snapshotId);
      const next = { ...structuredClone(record), revision: record.revision + 1, updatedAtMs: Date.now() };
      byId.set(record.snapshotId, next);
      return structuredClone(next);
    },
    frames: async ({ channel, camera }, limit) =>
      [...byId.values()]
        .filter(({ job, state, fingerprint }) => job.channel === channel && job.camera === camera && fingerprint && state !== 'nothing-new')
        .flatMap(({ snapshotId, job, fingerprint, look, state }) =>
          fingerprint && (state !== 'received' || look !== null) ? [{ snapshotId, takenAtMs: job.takenAtMs, fingerprint, look }] : [],
        )
        .slice(0, limit),
  };
}
