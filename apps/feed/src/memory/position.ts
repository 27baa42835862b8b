import type { LogPosition } from '@watchpost/feeds/feed-store';

/** Written as an SSE id: `1700000000000.3`. */
export const positionText = ({ batch, index }: LogPosition): string => `${String(batch)}.${String(index)}`;

/** Null: it is none. */
export function readPosition(text: string): LogPosition | null {
  const [, batch, index] = /^(\d{1,15})\.(\d{1,9})$/.exec(text) ?? [];
  return batch === undefined || index === undefined ? null : { batch: Number(batch), index: Number(index) };
}

/** Below 0: `a` comes before `b`. */
export const comparePositions = (a: LogPosition, b: LogPosition): number => a.batch - b.batch || a.index - b.index;
