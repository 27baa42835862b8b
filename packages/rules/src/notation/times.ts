/** Milliseconds. */
const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const isUnit = (text: string | undefined): text is keyof typeof units => text !== undefined && Object.hasOwn(units, text);

/**
 * A time as people write it: `7d`, `24h`, `30m` or `2w` ago, or `2026-11-01`, `2026-11-01 10:30`, in UTC. Milliseconds since 1970; null:
 * it is none. `end`: of a date alone the end of that day is meant, instead of its beginning. Pure.
 */
export function readTime(text: string, nowMs: number, { end = false }: { end?: boolean } = {}): number | null {
  const [, count, unit] = /^(\d{1,5}) ?([mhdw])$/i.exec(text.trim()) ?? [];
  const known = unit?.toLowerCase();
  if (isUnit(known)) return nowMs - Number(count) * units[known];
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?: ?UTC|Z)?)?$/.exec(text.trim()) ?? [];
  if (date === undefined) return null;
  const atMs = Date.parse(`${date}T${time ?? '00:00'}Z`);
  // Date.parse takes 31 February for a day in March.
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== date) return null;
  return end && time === undefined ? atMs + units.d : atMs;
}

/** `2026-11-01 10:30 UTC`. */
export function shownTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
