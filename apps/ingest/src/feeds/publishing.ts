import type { Entry } from '@watchpost/feeds/entry';
import type { Feeds } from '@watchpost/feeds/feed';
import { entriesInChannel } from '@watchpost/feeds/store/read-entries';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { BackgroundDatabase } from '../database.ts';
import { followTimes, type FollowedTimes } from './follow-times.ts';

/** What ingest knows of the feeds. */
export interface Publishing {
  /** As their file says, from memory. */
  feeds: Pick<Feeds, 'all' | 'of'>;
  times: FollowedTimes;
  /** Whether it is known which feeds are closed by hand: until then `isOpen` is only what the file says. */
  closingsKnown(): boolean;
  /** The entries of a channel whose messages were posted since then, milliseconds since 1970. Waits for the database; rejects with `gallery-unavailable`. */
  entriesOf(channel: ChannelKey, fromMs: number, signal: AbortSignal): Promise<readonly Entry[]>;
}

/** The platform's clock may be ahead of ours. Milliseconds. */
const aheadMs = 600_000;

/** `done` resolves after the signal has aborted. */
export function startPublishing(
  { closings, ...deps }: { feeds: Feeds; closings: Promise<void>; database: BackgroundDatabase; log: Logger; now: () => number },
  stopping: AbortSignal,
): Publishing & { done: Promise<void> } {
  const { feeds, database, now } = deps;
  let areKnown = false;
  void closings.then(() => {
    areKnown = true;
  });
  const { done, ...times } = followTimes({ ...deps, known: closings }, stopping);
  const entriesOf: Publishing['entriesOf'] = async (channel, fromMs, signal) => {
    const { documents } = await database.opened(signal);
    const found: Entry[] = [];
    for await (const entry of entriesInChannel(documents, channel, { fromMs, beforeMs: now() + aheadMs }, signal)) found.push(entry);
    return found;
  };
  return { feeds, times, done, entriesOf, closingsKnown: () => areKnown };
}
