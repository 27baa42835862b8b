import type { Report } from './finding.ts';

/** How far two clocks may be apart, milliseconds. */
interface Limits {
  who: string;
  warnMs: number;
  faultMs: number;
}

/** Compares a clock with ours; both milliseconds since 1970. */
export function reportClock(
  report: Report,
  id: string,
  { theirsMs, oursMs }: { theirsMs: number; oursMs: number },
  { who, warnMs, faultMs }: Limits,
): void {
  const apartMs = oursMs - theirsMs;
  const repair = 'let an NTP client set the clock of each machine (timedatectl set-ntp true)';
  const says = `our clock is ${inWords(Math.abs(apartMs))} ${apartMs > 0 ? 'ahead of' : 'behind'} that of ${who}`;
  if (Math.abs(apartMs) >= faultMs) report.fault(id, says, repair);
  else if (Math.abs(apartMs) >= warnMs) report.warning(id, says, repair);
  else report.ok(id, `our clock agrees with that of ${who} (within ${inWords(Math.max(1_000, Math.abs(apartMs)))})`);
}

const inWords = (ms: number): string => (ms >= 120_000 ? `${String(Math.round(ms / 60_000))} min` : `${String(Math.ceil(ms / 1_000))} s`);
