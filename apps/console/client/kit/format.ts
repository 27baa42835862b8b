const number = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short' });
const dayYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const date = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' });

/** 12,345 */
export const formatNumber = (value: number): string => number.format(value);
/** 12.3K */
export const formatShort = (value: number): string => short.format(value);
/** `face` of one, `faces` of any other number: for a unit that stands apart from it. */
export const unitOf = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);
/** `1 face`, `2 faces`, `12,345 faces` */
export const formatCount = (count: number, one: string, many = `${one}s`): string => `${number.format(count)} ${unitOf(count, one, many)}`;
/** A share between 0 and 1 as `12 %`; below one percent `0.4 %`. */
export const formatPercent = (share: number): string =>
  `${share > 0 && share < 0.01 ? (share * 100).toFixed(1) : String(Math.round(share * 100))} %`;

/** How similar two faces are, as cameras and thresholds are told it: `0.84`. */
export const formatSimilarity = (cosine: number): string => cosine.toFixed(2);

/** `850 ms`, `1.2 s`, `3 min`, `2 h`, `5 days` */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${String(Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 60_000) return `${String(Math.round(ms / 1_000))} s`;
  if (ms < 3_600_000) return `${String(Math.round(ms / 60_000))} min`;
  if (ms < 2 * 86_400_000) return `${(ms / 3_600_000).toFixed(ms < 36_000_000 ? 1 : 0)} h`;
  return formatCount(Math.round(ms / 86_400_000), 'day');
}

/** `512 B`, `1.4 kB`, `12 MB`, `3.2 GB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `just now`, `3 min. ago`, `yesterday`, then the date. */
export function formatAgo(atMs: number, nowMs = Date.now()): string {
  const ago = nowMs - atMs;
  const past = Math.abs(ago);
  if (past < 10_000) return 'just now';
  if (past < 60_000) return relative.format(-Math.round(ago / 1_000), 'second');
  if (past < 3_600_000) return relative.format(-Math.round(ago / 60_000), 'minute');
  if (past < 86_400_000) return relative.format(-Math.round(ago / 3_600_000), 'hour');
  if (past < 7 * 86_400_000) return relative.format(-Math.round(ago / 86_400_000), 'day');
  return formatDay(atMs);
}

/** `Tue, 4 Aug`, with the year unless it is this one. */
export const formatDay = (atMs: number): string =>
  new Date(atMs).getFullYear() === new Date().getFullYear() ? day.format(atMs) : dayYear.format(atMs);
/** `4 Aug` */
export const formatDate = (atMs: number): string => date.format(atMs);
/** `14:03`, as the viewer's region writes it. */
export const formatClock = (atMs: number): string => clock.format(atMs);
/** The day and the time. */
export const formatMoment = (atMs: number): string => `${formatDay(atMs)}, ${formatClock(atMs)}`;
/** Everything, with the zone: for a title. */
export const formatExact = (atMs: number): string => exact.format(atMs);
