import type { Feed } from '@watchpost/feeds/feed';
import { markOf } from '@watchpost/feeds/mark-of';
import { takesReply } from '@watchpost/feeds/takes-reply';
import { channelId } from '@watchpost/shared/chat/chat';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { SlackFeedEvent } from '@watchpost/slack/written/read-feed-event';
import { isOurs, type SlackIdentity } from '../3-to-jobs.ts';

/** Something that happened to a message. */
export type MessageEvent = Exclude<SlackFeedEvent, { kind: 'profile' }>;

/** What is known when an event comes. */
export interface WhatIsKnown {
  /** Those of its channel. */
  feeds: readonly Feed[];
  /** Whether a feed takes what was posted then, milliseconds since 1970. */
  takes: (feed: Feed, postedAtMs: number) => boolean;
  /** It was read from the history. */
  isLate: boolean;
  /** Who we are; null: Slack has not said yet. */
  identity: SlackIdentity | null;
  /** Our app, as the delivery's envelope says; null: it did not. */
  ourAppId: string | null;
  /** Slack's id; null: none is configured. */
  adminChannel: string | null;
}

/**
 * `take`: it may change an entry. `own`: we posted it, or set the reaction. `direct`: a direct message. `admin-channel`: reports about rules
 * stand there. `board`: a message beside the posts about visits. `reply`: replies are not published. `closed`: it is new, and all feeds are
 * closed. `before`: posted before a feed began, or while it was closed. `no-approval`: a reaction that approves nothing. `unsure`: it may be our
 * own, and we do not know yet who we are.
 */
export type Decision = 'take' | 'own' | 'direct' | 'admin-channel' | 'board' | 'reply' | 'closed' | 'before' | 'no-approval' | 'unsure';

/** Whether feeds may show something else after an event. Whether somebody may post or approve is decided by the worker. Pure. */
export function decide(event: MessageEvent, known: WhatIsKnown): Decision {
  const channel = channelId(event.kind === 'written' ? event.message.channel : event.channel);
  if (channel === known.adminChannel) return 'admin-channel';
  if (channel.startsWith('D') || (event.kind === 'written' && event.message.isDirect)) return 'direct';
  if (event.kind === 'deleted') return 'take';
  if (event.kind === 'reaction') {
    if (!known.feeds.some((feed) => markOf(feed, event.reaction))) return 'no-approval';
    return event.reaction.member === known.identity?.userId ? 'own' : 'take';
  }
  return decideWritten(event.message, known);
}

function decideWritten(message: WrittenMessage, known: WhatIsKnown): Decision {
  const messages = known.feeds.filter(({ source }) => source === 'messages');
  if (messages.length === 0) return 'board';
  if (!messages.some((feed) => takesReply(feed, message))) return 'reply';
  if (takers(message, known).length === 0) return isLive(message, known) ? 'closed' : 'before';
  return whetherOurs(message, known);
}

/** The feeds that take a message where they do not have it yet. Pure. */
export function takers(message: Taken, known: Pick<WhatIsKnown, 'feeds' | 'takes' | 'isLate'>): Feed[] {
  const wanting = known.feeds.filter((feed) => feed.source === 'messages' && takesReply(feed, message));
  return wanting.filter((feed) => (isLive(message, known) ? feed.isOpen : known.takes(feed, message.postedAtMs)));
}

/** What of a message says which feeds take it. */
type Taken = Pick<WrittenMessage, 'thread' | 'isBroadcast' | 'postedAtMs' | 'atUs'>;

/** It was delivered as it was posted. */
const isLive = (message: Taken, { isLate }: Pick<WhatIsKnown, 'isLate'>): boolean => isNew(message) && !isLate;

/** Its first version, as it was delivered. */
const isNew = ({ atUs, postedAtMs }: Taken): boolean => Math.abs(atUs / 1_000 - postedAtMs) <= 1;

/** Our own posts say what has happened to a message, or who was seen: they would be published as somebody's words. */
function whetherOurs({ author }: WrittenMessage, { identity, ourAppId }: WhatIsKnown): 'own' | 'unsure' | 'take' {
  const ids = { userId: author.member, botId: author.bot, appId: author.app };
  if (isOurs(ids, identity, ourAppId)) return 'own';
  const isOtherApp = ids.appId !== null && ourAppId !== null;
  // People have no bot's id.
  return identity === null && !isOtherApp && ids.botId !== null ? 'unsure' : 'take';
}
