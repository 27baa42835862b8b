import type { SnapshotRecord, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { fingerprintOf } from '@watchpost/see/picture/fingerprint';
import { see } from '@watchpost/worker/snapshot/2-see';
import { describe, expect, it } from 'vitest';
import { snapshotJob, snapshotRecord } from '../../../support/factories.ts';

const never = new AbortController().signal;
const fingerprint = fingerprintOf({ columns: 2, rows: 1, brightness: Uint8Array.of(10, 20) });
const job = snapshotJob({ snapshotId: 'new' });

/** What becomes of a snapshot whose camera has posted the same frame before: with the same bytes, or in another encoding. */
async function seeAfter(state: SnapshotRecord['state'], earlierBytes: 'same bytes' | 'other bytes'): Promise<string> {
  const sha256 = earlierBytes === 'same bytes' ? 'aa' : 'bb';
  const earlier = snapshotRecord({ snapshotId: 'earlier', state, sha256, fingerprint });
  const engine: Pick<FaceEngine, 'fingerprint' | 'see'> = {
    fingerprint: async () => fingerprint,
    see: async () => ({ width: 100, height: 100, elapsedMs: 1, faces: [] }),
  };
  const records: Pick<SnapshotRecords, 'recent'> = { recent: async () => [earlier] };
  const deps = { engine, records, compareWith: 5, compareWithinMs: 1_000 } as unknown as Parameters<typeof see>[2];
  return (await see(job, { bytes: new Uint8Array(1), sha256: 'aa' }, deps, never)).kind;
}

describe.each(['same bytes', 'other bytes'] as const)('a frame like an earlier one, with %s', (earlierBytes) => {
  it.each(['received', 'recognised', 'posted', 'nothing-to-post'] as const)('shows nothing new if the earlier one is %s', async (state) => {
    expect(await seeAfter(state, earlierBytes)).toBe('nothing-new');
  });

  it.each(['failed', 'nothing-new'] as const)('is seen if the earlier one is %s', async (state) => {
    expect(await seeAfter(state, earlierBytes)).toBe('seen');
  });
});
