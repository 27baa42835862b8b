import { newRecord } from '@watchpost/gallery/records/new-record';
import type { Frame, SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import { fingerprintOf } from '@watchpost/see/picture/fingerprint';
import { see, seeAgain, type SeeDeps, type SeeResult } from '@watchpost/worker/snapshot/2-see';
import { describe, expect, it } from 'vitest';
import { snapshotJob } from '../../../support/factories.ts';

const never = new AbortController().signal;
const brightness = (level: number): Uint8Array => fingerprintOf({ columns: 2, rows: 1, brightness: Uint8Array.of(level, 20) });
const fingerprint = brightness(10);
const job = snapshotJob({ snapshotId: 'b', takenAtMs: 2_000 });
const frame = (over: Partial<Frame>): Frame => ({ snapshotId: 'a', takenAtMs: 1_000, fingerprint, look: null, ...over });

/** A frame among these others, with what is written to its record. */
function among(others: Frame[], over: Partial<SeeDeps> = {}) {
  const saved: SnapshotRecord[] = [];
  const asked: unknown[] = [];
  const origins: unknown[] = [];
  const extents: string[] = [];
  const deps = {
    engine: {
      fingerprint: async () => fingerprint,
      see: async (...[, , origin]: unknown[]) => {
        origins.push(origin);
        return { width: 100, height: 100, elapsedMs: 1, extent: 'part', brightness: 90, faces: [] };
      },
    },
    lookedAt: (extent: string) => extents.push(extent),
    records: {
      frames: async (...given: unknown[]) => {
        asked.push(...given.slice(0, 2));
        return others;
      },
      save: async (record: SnapshotRecord) => {
        saved.push(record);
        return record;
      },
    },
    compareWith: 5,
    compareWithinMs: 1_000,
    ...over,
  } as unknown as SeeDeps;
  const downloaded = { bytes: new Uint8Array(1), sha256: 'aa' };
  return {
    saved,
    asked,
    origins,
    extents,
    deps,
    look: async (mine = job): Promise<SeeResult> => see(newRecord(mine), downloaded, deps, never),
  };
}

describe('a frame', () => {
  it('is looked at if no other is like it, and says so before it reads the others', async () => {
    const { saved, look } = among([frame({ fingerprint: brightness(90) })]);
    expect(await look()).toMatchObject({ kind: 'seen', record: { look: 'looking', sha256: 'aa', fingerprint } });
    expect(saved.map((record) => record.look)).toEqual(['looking']);
  });

  it('comes with its camera and time, so that only what changed is looked at; which is counted', async () => {
    const { origins, extents, look } = among([]);
    await look({ ...job, camera: 'Front door' });
    await look({ ...job, channel: 'slack:C2', camera: 'Front door' });
    await look({ ...job, camera: null });
    const of = (camera: string) => ({ camera, takenAtMs: 2_000 });
    expect(origins).toEqual([of(`${job.channel} Front door`), of('slack:C2 Front door'), undefined]);
    expect(extents).toEqual(['part', 'part', 'part']);
  });

  it('shows nothing new if one that was looked at shows the same', async () => {
    const { look } = among([frame({ snapshotId: 'c', look: 'waiting' }), frame({})]);
    expect(await look()).toMatchObject({ kind: 'nothing-new', sameAs: 'a' });
  });

  it.each([
    ['an equal one that is being looked at, earlier', frame({ look: 'looking' })],
    ['an equal one that is being looked at, later', frame({ snapshotId: 'c', takenAtMs: 3_000, look: 'looking' })],
    ['an equal one that waits and is earlier', frame({ look: 'waiting' })],
    ['an equal one of the same moment that waits, by its id', frame({ takenAtMs: 2_000, look: 'waiting' })],
  ])('waits for %s, without using up an attempt', async (_, other) => {
    const { saved, look } = among([other]);
    await expect(look()).rejects.toMatchObject({ code: 'same-frame-in-progress', retryAfterMs: expect.any(Number) });
    expect(saved.map((record) => record.look)).toEqual(['looking', 'waiting']);
  });

  it('does not wait for a later one that waits, or for itself', async () => {
    const { look } = among([frame({ snapshotId: 'c', takenAtMs: 2_001, look: 'waiting' }), frame({ snapshotId: 'b', look: 'looking' })]);
    expect(await look()).toMatchObject({ kind: 'seen' });
  });

  it('is compared with its camera’s, and with all of its channel where no camera is known', async () => {
    const { asked, look } = among([]);
    await look();
    await look({ ...job, camera: null });
    const range = { channel: 'slack:C1', fromMs: 1_000, toMs: 3_000 };
    expect(asked).toEqual([{ ...range, camera: 'Front door' }, 5, { ...range, camera: null }, 200]);
  });

  it('is looked at without a comparison where that is turned off', async () => {
    const { asked, saved, look } = among([frame({})], { compareWith: 0 });
    expect(await look()).toMatchObject({ kind: 'seen' });
    expect([asked, saved]).toEqual([[], []]);
  });
});

describe('a later attempt', () => {
  const waiting = { ...newRecord(job), sha256: 'aa', fingerprint, look: 'waiting' as const, updatedAtMs: Date.now() };

  it('needs no download to see that nothing is new', async () => {
    const { deps, saved } = among([frame({})]);
    expect(await seeAgain(waiting, deps, never)).toMatchObject({ kind: 'nothing-new', sameAs: 'a', record: { sha256: 'aa' } });
    expect(saved).toEqual([]);
  });

  it('goes on waiting, and now and then says that it does', async () => {
    const { deps, saved } = among([frame({ look: 'looking' })]);
    await expect(seeAgain(waiting, deps, never)).rejects.toMatchObject({ code: 'same-frame-in-progress' });
    expect(saved).toEqual([]);
    const longAgo = { ...waiting, updatedAtMs: Date.now() - 40_000 };
    await expect(seeAgain(longAgo, deps, never)).rejects.toMatchObject({ code: 'same-frame-in-progress' });
    expect(saved.map(({ look }) => look)).toEqual(['waiting']);
  });

  it('looks once the others are done, or where the first one did not get so far', async () => {
    const { deps } = among([]);
    expect(await seeAgain(waiting, deps, never)).toBeNull();
    expect(await seeAgain(newRecord(job), deps, never)).toBeNull();
  });
});
