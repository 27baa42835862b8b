import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatAgo, formatClock, formatDay, formatExact, formatMoment } from './format.ts';

const ticks = new Set<(nowMs: number) => void>();
setInterval(() => {
  for (const tick of ticks) tick(Date.now());
}, 15_000);

/** The time, some moments old at most: whoever shows "3 min ago" shows it again as it passes. */
export function useNow(): number {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    ticks.add(setNow);
    return () => {
      ticks.delete(setNow);
    };
  }, []);
  return nowMs;
}

/** A time in the viewer's zone, the exact one in its title. `as`: `ago` (3 min ago), `clock` (14:03), `day`, `moment` (day and time). */
export function Time({ at, as = 'ago' }: { at: number; as?: 'ago' | 'clock' | 'day' | 'moment' }): JSX.Element {
  const nowMs = useNow();
  const text = as === 'ago' ? formatAgo(at, nowMs) : as === 'clock' ? formatClock(at) : as === 'day' ? formatDay(at) : formatMoment(at);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {text}
    </time>
  );
}
