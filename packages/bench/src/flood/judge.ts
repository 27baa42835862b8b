import type { SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import type { VisitBody } from '@watchpost/visits/visit';
import { percentile, rounded } from '../report/statistics.ts';
import type { FakeMessage } from '../servers/fake-slack-chat.ts';
import type { PostedFrame } from './cameras.ts';
import type { ClickTally } from './clicks.ts';

/** What became of a snapshot, and when, milliseconds since 1970. */
export interface Ended {
  outcome: string;
  atMs: number;
}

/** What there is after a flood. */
export interface Aftermath {
  posted: readonly PostedFrame[];
  /** Frames whose event was never acknowledged. */
  refused: number;
  /** What became of each snapshot; null: nothing yet. */
  outcomes: ReadonlyMap<string, Ended | null>;
  visits: readonly VisitBody[];
  /** Of the results channel, without threads. */
  messages: readonly FakeMessage[];
  rateLimited: number;
  clicks: ClickTally;
}

export type FloodReport = ReturnType<typeof judgeFlood>;

/** The figures of a flood. */
export function judgeFlood({ posted, refused, outcomes, visits, messages, rateLimited, clicks }: Aftermath) {
  const undone = posted.filter(({ snapshotId }) => (outcomes.get(snapshotId) ?? null) === null);
  const visitsOf = (snapshotId: string): VisitBody[] =>
    visits.filter(({ snapshots }) => snapshots.some((each) => each.snapshotId === snapshotId));
  const withFaces = posted.filter(({ snapshotId }) => outcomes.get(snapshotId)?.outcome === 'faces');
  const homeless = withFaces.filter(({ snapshotId }) => visitsOf(snapshotId).length === 0);
  const shared = withFaces.filter(({ snapshotId }) => visitsOf(snapshotId).length > 1);
  const isThere = (visit: VisitBody): boolean => messages.some(({ ts }) => ts === visit.post?.progress?.messageId);
  const unposted = visits.filter((visit) => (visit.verdict === 'post' || visit.verdict === 'open') && !isThere(visit));
  const known = new Set(visits.flatMap(({ post }) => post?.progress?.messageId ?? []));
  const strays = messages.filter(({ ts }) => !known.has(ts));
  const waits = visits.flatMap((visit) => {
    const message = messages.find(({ ts }) => ts === visit.post?.progress?.messageId);
    return message ? [Number(message.ts) - Math.min(...visit.snapshots.map(({ takenAtMs }) => takenAtMs)) / 1_000] : [];
  });
  const seenAfter = posted.flatMap(({ snapshotId, atMs }) => {
    const ended = outcomes.get(snapshotId);
    return ended ? [(ended.atMs - atMs) / 1_000] : [];
  });
  const counts: Record<string, number> = {};
  for (const { snapshotId } of posted) {
    const outcome = outcomes.get(snapshotId)?.outcome ?? 'none yet';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return {
    command: 'flood',
    snapshots: posted.length,
    posts: messages.length,
    lost: refused + undone.length + homeless.length + unposted.length,
    doubled: shared.length + strays.length,
    rateLimited,
    p95FirstPostSeconds: rounded(percentile(waits, 0.95) || 0, 1),
    p95SeenSeconds: rounded(percentile(seenAfter, 0.95) || 0, 1),
    p99ClickMs: rounded(percentile(clicks.ackMs, 0.99) || 0, 1),
    clicks: clicks.ackMs.length,
    clicksRefused: clicks.refused,
    visits: visits.length,
    edits: messages.reduce((total, { edits }) => total + edits, 0),
    outcomes: counts,
  };
}

/** As lines. */
export function floodLines(report: FloodReport): string[] {
  const {
    snapshots,
    posts,
    lost,
    doubled,
    rateLimited,
    p95FirstPostSeconds,
    p95SeenSeconds,
    p99ClickMs,
    clicks,
    clicksRefused,
    visits,
    edits,
    outcomes,
  } = report;
  const list = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${String(count)}`);
  return [
    `${String(snapshots)} snapshots (${list.join(', ')})`,
    `${String(visits)} visits, ${String(posts)} posts, ${String(edits)} edits, lost ${String(lost)}, doubled ${String(doubled)}, answered with 429: ${String(rateLimited)}`,
    `from a snapshot to what became of it: p95 ${String(p95SeenSeconds)} s; from a visit's first snapshot to its post: p95 ${String(p95FirstPostSeconds)} s`,
    `${String(clicks)} clicks acknowledged: p99 ${String(p99ClickMs)} ms, ${String(clicksRefused)} refused`,
  ];
}

/** What became of each snapshot. */
export async function readOutcomes(
  posted: readonly PostedFrame[],
  records: SnapshotRecords,
  signal: AbortSignal,
): Promise<Map<string, Ended | null>> {
  const outcomes = new Map<string, Ended | null>();
  for (const { snapshotId } of posted) {
    const record = await records.get(snapshotId, signal);
    const { outcome = null, outcomeAtMs = null } = record ?? {};
    outcomes.set(snapshotId, outcome !== null && outcomeAtMs !== null ? { outcome, atMs: outcomeAtMs } : null);
  }
  return outcomes;
}
