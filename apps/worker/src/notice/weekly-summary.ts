import { platformOf } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Rules } from '@watchpost/rules/rules';
import type { Finding, Violation } from '@watchpost/rules/violation';
import type { Violations } from '@watchpost/rules/violations';
import { weeklySummaryOf, type RuleWeek, type Week } from '@watchpost/rules/words/summary';
import { momentOf, wallTimeOf } from '@watchpost/visits/daily-hours';
import { readNotice, type PostNotice } from './notice.ts';

export interface WeeklySummaryDeps {
  platforms: readonly Pick<ConnectedPlatform, 'adminChannel'>[];
  cameras: Pick<Cameras, 'timeZone'>;
  rules: Pick<Rules, 'list'>;
  violations: Pick<Violations, 'find'>;
  documents: DocumentStore;
  postNotice: PostNotice;
  now: () => number;
}

/** Monday, 09:00. */
const dueDay = 1;
const dueMinute = 9 * 60;
/** A summary that could not be made in time is still made for so long, milliseconds. */
const lateMs = 3 * 86_400_000;
/** Violations read at a time, and at most. */
const page = 500;
const mostRead = 50_000;

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
    const post = made ? made.post : weeklySummaryOf(await countWeek(week, platform, deps, signal));
    await postNotice({ id, to: { channel: adminChannel }, post, sheet: [] }, signal);
  }
}

/** What the week came to, in numbers. */
export async function countWeek(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  platform: string,
  { rules, violations }: Pick<WeeklySummaryDeps, 'rules' | 'violations'>,
  signal: AbortSignal,
): Promise<Week> {
  const counts = new Map<string, RuleWeek>();
  const appeals = { waiting: 0, accepted: 0, rejected: 0 };
  const seen = new Set<string>();
  let unread = 0;
  for (let beforeMs = toMs; ;) {
    const found = await violations.find({ fromMs, beforeMs, limit: page }, signal);
    const fresh = found.filter(({ id }) => !seen.has(id));
    for (const violation of fresh) {
      seen.add(violation.id);
      if (platformOf(violation.message.channel) !== platform) continue;
      count(violation, counts);
      unread += violation.unread.length;
      if (violation.appeal.state === 'asked') appeals.waiting += 1;
      else if (violation.appeal.state !== 'no') appeals[violation.appeal.state] += 1;
    }
    const last = found.at(-1);
    const isMore = seen.size >= mostRead;
    if (!last || found.length < page || fresh.length === 0 || isMore) {
      const ruleCount = (await rules.list(signal)).length;
      return { fromMs, toMs, rules: [...counts.values()], unread, appeals, ruleCount, isMore };
    }
    // Others may have been found in the same millisecond.
    beforeMs = last.foundAtMs + 1;
  }
}

/** Adds a violation to the counts of each of its rules. */
function count(violation: Violation, counts: Map<string, RuleWeek>): void {
  const byRule = new Map<string, Finding[]>();
  for (const each of violation.findings) byRule.set(each.ruleId, [...(byRule.get(each.ruleId) ?? []), each]);
  for (const [ruleId, findings] of byRule) {
    const [first] = findings;
    if (!first) continue;
    const known = counts.get(ruleId) ?? { name: first.ruleName, messages: 0, removed: 0, reported: 0, dryRun: 0, failed: 0 };
    const what = outcomeFor(findings, violation);
    counts.set(ruleId, { ...known, messages: known.messages + 1, ...(what && { [what]: known[what] + 1 }) });
  }
}

/** What one rule's findings in a message came to; null: it is still being removed. */
function outcomeFor(findings: readonly Finding[], { removal }: Violation): 'removed' | 'reported' | 'dryRun' | 'failed' | null {
  const acting = findings.filter(({ dryRun }) => !dryRun);
  if (acting.length === 0) return 'dryRun';
  if (acting.every(({ action }) => action === 'report')) return 'reported';
  switch (removal.state) {
    case 'removed':
    case 'gone':
      return 'removed';
    case 'failed':
      return 'failed';
    case 'none':
      return 'reported';
    case 'wanted':
      return null;
    default:
      return removal.state satisfies never;
  }
}
