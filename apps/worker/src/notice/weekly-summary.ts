import { platformOf } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Rules } from '@watchpost/rules/rules';
import type { Violations } from '@watchpost/rules/violations';
import { weeklySummaryOf, type Week } from '@watchpost/rules/words/summary';
import { momentOf, wallTimeOf } from '@watchpost/visits/daily-hours';
import { readNotice, type PostNotice } from './notice.ts';

export interface WeeklySummaryDeps {
  platforms: readonly Pick<ConnectedPlatform, 'adminChannel'>[];
  cameras: Pick<Cameras, 'timeZone'>;
  rules: Pick<Rules, 'list'>;
  violations: Pick<Violations, 'count'>;
  documents: DocumentStore;
  postNotice: PostNotice;
  now: () => number;
}

/** Monday, 09:00. */
const dueDay = 1;
const dueMinute = 9 * 60;
/** A summary that could not be made in time is still made for so long, milliseconds. */
const lateMs = 3 * 86_400_000;

/** The week whose summary is due at this moment, or was up to three days ago; null: none. Pure. */
export function dueWeek(nowMs: number, timeZone: string): { name: string; fromMs: number; toMs: number } | null {
  const today = wallTimeOf(nowMs, timeZone);
  const weekday = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
  const monday = (weeksAgo: number): { name: string; atMs: number } => {
    const daysAgo = ((weekday - dueDay + 7) % 7) + 7 * weeksAgo;
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day - daysAgo));
    const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    return { name: date.toISOString().slice(0, 10), atMs: momentOf({ ...day, minute: dueMinute }, timeZone) };
  };
  const weeksAgo = monday(0).atMs <= nowMs ? 0 : 1;
  const due = monday(weeksAgo);
  return nowMs - due.atMs > lateMs ? null : { name: due.name, fromMs: monday(weeksAgo + 1).atMs, toMs: due.atMs };
}

/** Makes the summary of the week that is over, once for each platform, and sees to it that it is posted. */
export async function postWeeklySummary(deps: WeeklySummaryDeps, signal: AbortSignal): Promise<void> {
  const { platforms, cameras, documents, postNotice, now } = deps;
  const week = dueWeek(now(), cameras.timeZone());
  if (!week) return;
  for (const { adminChannel } of platforms) {
    if (adminChannel === null) continue;
    const platform = platformOf(adminChannel);
    const id = `rules-week-${platform}-${week.name}`;
    const made = await readNotice(documents, id, signal);
    if (made && (!made.post || made.progress?.state === 'posted')) continue;
    const post = made ? made.post : weeklySummaryOf(await countWeek(week, deps, signal));
    await postNotice({ id, to: { channel: adminChannel }, post, sheet: [] }, signal);
  }
}

/** What the week came to, in numbers. */
async function countWeek(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  { rules, violations }: Pick<WeeklySummaryDeps, 'rules' | 'violations'>,
  signal: AbortSignal,
): Promise<Week> {
  const [counts, all] = [await violations.count({ fromMs, beforeMs: toMs }, signal), await rules.list(signal)];
  return { ...counts, fromMs, toMs, ruleCount: all.length };
}
