import { randomInt } from 'node:crypto';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SnapshotRecord } from '@watchpost/gallery/records/snapshot-record';
import type { FaceEngine, Seen } from '@watchpost/see/face-engine';
import type { Downloaded } from './1-download.ts';
import { keepTrying } from './keep-trying.ts';
import { compare, type CompareDeps, type Comparison } from './same-frame.ts';

/** `seen`: what the engine saw. `nothing-new`: the snapshot `sameAs` shows the same frame, so no inference was spent. */
export type SeeResult = { record: SnapshotRecord } & ({ kind: 'seen'; seen: Seen } | { kind: 'nothing-new'; sameAs: string });

export interface SeeDeps extends CompareDeps {
  engine: FaceEngine;
  /** Counts how much of each frame was looked at. */
  lookedAt: (extent: Seen['extent']) => void;
  log: Logger;
}

/** Until an equal frame is looked at again. With jitter, because those that wait would disturb each other. Milliseconds. */
const again = { fromMs: 700, toMs: 1_300 };
/** A snapshot that waits says so again after this long, so that later ones go on waiting for it. Milliseconds. */
const announceEveryMs = 30_000;

/**
 * What an earlier attempt knows already: a frame that waits for an equal one is downloaded only to be looked at. Null: it must be.
 * Rejects with `same-frame-in-progress` while it must wait.
 */
export async function seeAgain(opened: SnapshotRecord, deps: SeeDeps, signal: AbortSignal): Promise<SeeResult | null> {
  if (opened.look === null || !opened.fingerprint || deps.compareWith === 0) return null;
  const comparison = await compare(opened.job, opened.fingerprint, deps, signal);
  if (comparison.kind === 'same') return { kind: 'nothing-new', record: opened, sameAs: comparison.as };
  if (comparison.kind === 'wait') await waitFor(comparison, opened, deps, signal);
  return null;
}

/**
 * Looks at a frame, unless another one shows the same. Announces that first, so that of equal frames that come at once, to several
 * workers, one is looked at. Rejects with `same-frame-in-progress` while that is another one, and as `FaceEngine.see`.
 */
export async function see(opened: SnapshotRecord, { bytes, sha256 }: Downloaded, deps: SeeDeps, signal: AbortSignal): Promise<SeeResult> {
  if (deps.compareWith === 0) return { kind: 'seen', record: { ...opened, sha256 }, seen: await lookAt(opened, bytes, deps, signal) };
  const fingerprint = await deps.engine.fingerprint(bytes, signal);
  const record = await keepTrying(() => announce(opened, { sha256, fingerprint }, deps, signal), deps.log, signal);
  const comparison = await compare(record.job, fingerprint, deps, signal);
  if (comparison.kind === 'same') return { kind: 'nothing-new', record, sameAs: comparison.as };
  if (comparison.kind === 'wait') await waitFor(comparison, record, deps, signal);
  return { kind: 'seen', record, seen: await lookAt(record, bytes, deps, signal) };
}

/** Where the camera is not known, its frames cannot be told from others', and each is looked at in full. */
async function lookAt({ job }: SnapshotRecord, bytes: Uint8Array, { engine, lookedAt }: SeeDeps, signal: AbortSignal): Promise<Seen> {
  const { channel, camera, takenAtMs } = job;
  const origin = camera === null ? undefined : { camera: `${channel} ${camera}`, takenAtMs };
  const seen = await engine.see(bytes, signal, origin);
  lookedAt(seen.extent);
  return seen;
}

/** Writes that a snapshot is being looked at. An earlier try may have written, although its answer was lost. */
async function announce(
  opened: SnapshotRecord,
  { sha256, fingerprint }: Pick<SnapshotRecord, 'sha256' | 'fingerprint'>,
  { records }: SeeDeps,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const looking = { state: 'received', error: null, sha256, fingerprint, look: 'looking' } as const;
  try {
    return await records.save({ ...opened, ...looking }, signal);
  } catch (error) {
    if (toAppError(error).code !== 'record-conflict') throw error;
    const now = await records.get(opened.snapshotId, signal);
    // A second run of this job is further.
    if (now?.look !== 'looking' || now.sha256 !== sha256) throw error;
    return records.save({ ...now, ...looking }, signal);
  }
}

async function waitFor(
  { for: other }: Extract<Comparison, { kind: 'wait' }>,
  record: SnapshotRecord,
  { records }: SeeDeps,
  signal: AbortSignal,
): Promise<never> {
  if (record.look !== 'waiting' || Date.now() - record.updatedAtMs > announceEveryMs)
    await records.save({ ...record, look: 'waiting' }, signal);
  throw new AppError('same-frame-in-progress', `${other} shows the same and is looked at first`, {
    retryAfterMs: randomInt(again.fromMs, again.toMs),
  });
}
