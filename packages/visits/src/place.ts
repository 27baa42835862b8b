import type { CameraSettings } from '@watchpost/cameras/camera-settings';

/** A visit as a stretch of time. Visits of one camera never overlap. */
export interface Stretch {
  id: string;
  /** When its first and its last snapshot were taken, milliseconds since 1970. */
  fromMs: number;
  toMs: number;
}

/** What decides which visit a snapshot joins. */
export type JoinSettings = Pick<CameraSettings, 'visitWindowMs' | 'visitLongestMs'>;

/**
 * Which of a camera's visits takes a snapshot of this moment: the one that it lies in, or else the nearer of the last one before and the first one after, if
 * it is within the window and the visit does not grow too long. So visits never overlap, and a late snapshot never joins two. Null: it
 * begins one. Pure.
 */
export function place(stretches: readonly Stretch[], atMs: number, { visitWindowMs, visitLongestMs }: JoinSettings): Stretch | null {
  let before: Stretch | null = null;
  let after: Stretch | null = null;
  for (const each of stretches) {
    if (each.fromMs <= atMs && atMs <= each.toMs) return each;
    if (each.toMs < atMs && (!before || each.toMs > before.toMs)) before = each;
    if (each.fromMs > atMs && (!after || each.fromMs < after.fromMs)) after = each;
  }
  const near = [
    ...(before && isWithin(atMs - before.toMs, atMs - before.fromMs) ? [{ stretch: before, gapMs: atMs - before.toMs }] : []),
    ...(after && isWithin(after.fromMs - atMs, after.toMs - atMs) ? [{ stretch: after, gapMs: after.fromMs - atMs }] : []),
  ];
  return near.reduce<(typeof near)[number] | null>((best, each) => (best && best.gapMs <= each.gapMs ? best : each), null)?.stretch ?? null;

  function isWithin(gapMs: number, lengthMs: number): boolean {
    return gapMs <= visitWindowMs && lengthMs <= visitLongestMs;
  }
}

/** The stretch with this moment in it. */
export function reaching({ id, fromMs, toMs }: Stretch, atMs: number): Stretch {
  return { id, fromMs: Math.min(fromMs, atMs), toMs: Math.max(toMs, atMs) };
}
