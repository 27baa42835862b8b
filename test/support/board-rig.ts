import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import { createEntryHandler } from '@watchpost/worker/entry/pipeline';
import { textsOf } from '@watchpost/worker/entry/texts';
import { createPublishing, type Publishing } from '@watchpost/worker/publishing';
import { feedOf, feedsOf } from './feed-samples.ts';
import { moderatingParts } from './moderating-parts.ts';
import { silentChat } from './silent-chat.ts';
import { startVisitRig, type VisitRig } from './visit-rig.ts';

const never = new AbortController().signal;

/** A board: a feed of the visits in the results channel. */
export const boardOf = (over: Partial<Feed> = {}): Feed =>
  feedOf({ slug: 'board', source: 'visits', channel: 'slack:CRESULTS', people: { unknown: 'show', ignored: 'leave-out' }, ...over });

export interface BoardRig {
  rig: VisitRig;
  parts: Publishing;
  /** Jobs that hand pictures off: the entry and the count. */
  handoffs: string[];
  lines: string[];
  /** Its post as the platform has it. */
  written: WrittenMessage | null;
  /** The entry of the only visit. */
  entry(slug?: string): Promise<Entry | null>;
  /** What readers see of it; null: nothing. */
  shows(slug?: string): Promise<string | null>;
  /** Somebody sets a reaction on its post, or takes it back, now. */
  reacts(emoji: string, member: string, isSet?: boolean): Promise<void>;
}

/** The worker's jobs about visits and boards without servers. */
export function startBoardRig(feeds: Feed[] = [boardOf()]): BoardRig {
  const rig = startVisitRig();
  rig.feeds = feeds;
  const { deps } = rig;
  const metrics = createMetrics({ processMetrics: false });
  const lines: string[] = [];
  const common = {
    ...deps,
    ...moderatingParts(deps.documents, { sender: deps.sender, metrics, now: deps.now }),
    log: createLogger('test', 'debug', { write: (line) => void lines.push(line) }),
    feeds: { ...feedsOf(feeds), all: () => rig.feeds, of: (channel: string) => rig.feeds.filter((feed) => feed.channel === channel) },
    platformFor: (channel: `${string}:${string}`): ConnectedPlatform => ({
      ...deps.platformFor(channel),
      directory: { ...silentChat.directory, written: async () => board.written },
    }),
    metrics,
    keepMs: 30 * 86_400_000,
  };
  const parts = createPublishing(common);
  const handle = createEntryHandler({ ...common, ...parts });
  const handoffs: string[] = [];
  rig.runOther = async (job) => {
    if (job.kind === 'entry') return handle(job, { attempt: 1, lastAttempt: false }, never);
    if (job.kind !== 'handoff') throw new Error(`nobody runs ${job.kind} here`);
    handoffs.push(`${job.entryId} ${job.wanted}`);
  };
  const board: BoardRig = {
    rig,
    parts,
    handoffs,
    lines,
    written: null,
    entry: async (slug = 'board') => (await parts.entries.newest(slug, { limit: 1 }, never))[0] ?? null,
    shows: async (slug) => {
      const entry = await board.entry(slug);
      return entry?.published ? (textsOf(entry.published.written)[0]?.text ?? '') : null;
    },
    reacts: async (emoji, member, isSet = true) => {
      const entry = await board.entry();
      if (!entry) throw new Error('there is no entry');
      const { channel, messageId } = entry;
      const id = `${messageId}-${emoji}-${member}-${String(rig.nowMs)}`;
      const reaction = { emoji, member };
      rig.queued.push({ v: 1, kind: 'entry', change: 'reaction', id, atUs: rig.nowMs * 1_000, channel, messageId, reaction, isSet });
      await rig.settle();
    },
  };
  return board;
}
