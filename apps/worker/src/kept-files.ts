export interface KeptFilesOptions {
  /** Of all kept files together. 0: none is kept. */
  maxBytes: number;
  /** Counted from the download. Milliseconds. */
  keepMs: number;
}

/** Downloaded files by the id of their snapshot, in memory only. */
export interface KeptFiles {
  /** Null: it was never kept, or not until now. */
  get(snapshotId: string): Uint8Array | null;
  /** Keeps a file for a while; the oldest ones make room for it. The caller must not change the bytes. */
  keep(snapshotId: string, bytes: Uint8Array): void;
  drop(snapshotId: string): void;
}

/**
 * Keeps a snapshot's file between its recognition and its post, and between attempts, so that it is downloaded once. It is no more than a
 * shortcut: whoever finds nothing here downloads. Each file goes when its time is over, whether or not anybody asks.
 */
export function createKeptFiles({ maxBytes, keepMs }: KeptFilesOptions): KeptFiles {
  /** Oldest first. */
  const kept = new Map<string, { bytes: Uint8Array; expiry: NodeJS.Timeout }>();
  let total = 0;

  const drop = (snapshotId: string): void => {
    const file = kept.get(snapshotId);
    if (!file) return;
    clearTimeout(file.expiry);
    kept.delete(snapshotId);
    total -= file.bytes.byteLength;
  };

  return {
    get: (snapshotId) => kept.get(snapshotId)?.bytes ?? null,
    keep: (snapshotId, bytes) => {
      drop(snapshotId);
      if (bytes.byteLength > maxBytes || keepMs === 0) return;
      total += bytes.byteLength;
      kept.set(snapshotId, { bytes, expiry: setTimeout(() => drop(snapshotId), keepMs).unref() });
      for (const oldest of kept.keys()) {
        if (total <= maxBytes) break;
        drop(oldest);
      }
    },
    drop,
  };
}
