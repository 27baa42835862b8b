const hour = 3_600_000;

/** The night begins at one o'clock and lasts so long. Milliseconds. */
const [nightMs, nightLastsMs] = [hour, 4 * hour];
/** Within one night only once. */
const notBeforeMs = 20 * hour;
/** Where nobody is awake at night. */
const notAfterMs = 26 * hour;

/**
 * Whether something that is done once a night is to be done now. `spread`: from 0 to 1, at which part of the night; later, if it was not done
 * then. Pure.
 */
export function isDue(lastMs: number, nowMs: number, timeZone: string, spread: number): boolean {
  const sinceMs = nowMs - lastMs;
  if (sinceMs < notBeforeMs) return false;
  if (sinceMs >= notAfterMs) return true;
  const ofDayMs = timeOfDayMs(nowMs, timeZone);
  const beginMs = nightMs + spread * (nightLastsMs - hour);
  return ofDayMs >= beginMs && ofDayMs < nightMs + nightLastsMs;
}

function timeOfDayMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' }).formatToParts(atMs);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value('hour') * hour + value('minute') * 60_000;
}
