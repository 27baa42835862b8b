import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { OutcomeCount } from '@watchpost/gallery/records/snapshot-outcome';
import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { skippedLine } from '@watchpost/visits/digest';
import { posting } from '../offered.ts';
import type { PostNotice } from './notice.ts';

export interface SkippedDeps {
  platforms: readonly ConnectedPlatform[];
  cameras: Pick<Cameras, 'timeZone'>;
  records: Pick<SnapshotRecords, 'outcomes'>;
  postNotice: PostNotice;
  /** How old a snapshot may be before it is skipped in a backlog, milliseconds. */
  freshnessMs: number;
  now: () => number;
}

const hourMs = 3_600_000;
/** An hour is counted a little after its end: then every outcome in it has been written. Milliseconds. */
const settleMs = 30_000;
/** Hours that nobody could report in time are still reported. */
const hoursBack = 6;

/** Says of each hour that is over how many snapshots were skipped, by camera; nothing of an hour without any. */
export async function postSkippedLines(deps: SkippedDeps, signal: AbortSignal): Promise<void> {
  const { platforms, cameras, records, postNotice, freshnessMs, now } = deps;
  const lastEndMs = Math.floor((now() - settleMs) / hourMs) * hourMs;
  for (let back = hoursBack - 1; back >= 0; back -= 1) {
    const toMs = lastEndMs - back * hourMs;
    const range = { fromMs: toMs - hourMs, toMs };
    const outcomes = await records.outcomes(range, signal);
    for (const { writeChannel } of posting(platforms)) {
      const platform = platformOf(writeChannel);
      const skipped = skippedIn(outcomes, platform);
      const post = skippedLine({ ...range, timeZone: cameras.timeZone(), cameras: skipped, freshnessMs });
      if (!post) continue;
      const id = `skipped-${platform}-${new Date(range.fromMs).toISOString().slice(0, 13)}`;
      await postNotice({ id, to: { channel: writeChannel }, post, sheet: [] }, signal);
    }
  }
}

/** How many snapshots of which camera were skipped, of one platform; most first. */
export function skippedIn(outcomes: readonly OutcomeCount[], platform: string): { camera: string | null; count: number }[] {
  const counts = new Map<string | null, number>();
  for (const { channel, camera, outcome, snapshots } of outcomes) {
    if (outcome !== 'skipped' || !channel.startsWith(`${platform}:`)) continue;
    counts.set(camera, (counts.get(camera) ?? 0) + snapshots);
  }
  return [...counts].map(([camera, count]) => ({ camera, count })).sort((a, b) => b.count - a.count);
}
