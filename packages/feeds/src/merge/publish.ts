import type { Editorial, Mark, Version } from '../entry.ts';
import type { Approval, Feed } from '../feed.ts';
import { isWithheld } from './versions.ts';

/** What decides about what readers see. `versions`: the newest first. */
export interface Judged {
  versions: readonly Version[];
  marks: readonly Mark[];
  editorial: Editorial | null;
  postedAtMs: number;
}

export interface Chosen {
  version: Version;
  isApproved: boolean;
}

/** The version that readers may see; null: none. */
export function chooseVersion(judged: Judged, { approval }: Pick<Feed, 'approval'>): Chosen | null {
  for (const [index, version] of judged.versions.entries()) {
    // Whoever takes a message off the record means what it said before, too.
    if (isWithheld(version)) return null;
    const isApproved = isCovered(saidSinceUs(judged.versions.slice(index), version), judged, approval);
    if (isApproved || approval === null) return { version, isApproved };
  }
  return null;
}

/** Since when a message has said this: an edit that changes nothing needs no new approval. */
function saidSinceUs(from: readonly Version[], { hash, atUs }: Version): number {
  const end = from.findIndex((version) => version.hash !== hash || isWithheld(version));
  return (end === -1 ? from : from.slice(0, end)).at(-1)?.atUs ?? atUs;
}

/** Whether somebody has approved what was said since then. */
function isCovered(sinceUs: number, { marks, editorial, postedAtMs }: Judged, approval: Approval | null): boolean {
  const marked = approval ? marks.filter(({ isSet, emoji }) => isSet && approval.emoji.includes(emoji)) : [];
  const decidedUs = editorial?.approvedAtUs ?? null;
  if (marked.length === 0 && decidedUs === null) return false;
  // Whatever approves a message is later than the message; of a mark from a list nobody knows the time.
  const isOriginal = Math.floor(sinceUs / 1_000) <= postedAtMs;
  if (isOriginal || approval?.edits === 'publish' || (decidedUs !== null && decidedUs >= sinceUs)) return true;
  return marked.some(({ atUs }) => secondOf(atUs) > secondOf(sinceUs));
}

/** Slack dates edits by the second, and counts in the digits after it: a mark of the same second may be older than the edit. */
const secondOf = (us: number): number => Math.floor(us / 1_000_000);
