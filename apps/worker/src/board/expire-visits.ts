import type { Entries } from '@watchpost/feeds/feed-store';
import type { Feed, Feeds } from '@watchpost/feeds/feed';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { handOff } from '../entry/6-hand-off.ts';

export interface ExpireVisitsDeps {
  feeds: Pick<Feeds, 'all'>;
  entries: Pick<Entries, 'newest' | 'apply'>;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  /** How long visits are kept, milliseconds. */
  keepMs: number;
}

const hourMs = 3_600_000;
/** Entries that were missed for so long expire by themselves at last, milliseconds. */
const lookBackMs = 90 * 24 * hourMs;
const atOnce = 100;

/**
 * Deletes the entries of visits that are about to expire: once a visit is gone nobody could take a forgotten person's name out of them. `nowMs` is the database's.
 */
export async function expireVisits(deps: ExpireVisitsDeps, nowMs: number, signal: AbortSignal): Promise<void> {
  const beforeMs = nowMs - deps.keepMs + hourMs;
  for (const feed of deps.feeds.all())
    if (feed.source === 'visits' && feed.keepMs > deps.keepMs) await expireIn(feed, { fromEndMs: beforeMs, nowMs }, deps, signal);
}

async function expireIn(
  feed: Feed,
  { fromEndMs, nowMs }: { fromEndMs: number; nowMs: number },
  deps: ExpireVisitsDeps,
  signal: AbortSignal,
): Promise<void> {
  const { entries } = deps;
  for (let beforeMs = fromEndMs; ;) {
    const page = await entries.newest(feed.slug, { beforeMs, fromMs: fromEndMs - lookBackMs, limit: atOnce }, signal);
    const left = page.filter(({ deletedAtUs }) => deletedAtUs === null);
    for (const { channel, messageId } of left) {
      const { entry } = await entries.apply(feed, { kind: 'deleted', channel, messageId, atUs: nowMs * 1_000 }, signal);
      await handOff(entry, deps);
    }
    const last = page.at(-1);
    // What was seen before is gone already: older ones are too.
    if (!last || page.length < atOnce || left.length === 0) return;
    beforeMs = last.postedAtMs === beforeMs ? beforeMs - 1 : last.postedAtMs;
  }
}
