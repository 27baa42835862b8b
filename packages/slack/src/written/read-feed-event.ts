import { createHash } from 'node:crypto';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { Reaction, WrittenMessage } from '@watchpost/shared/chat/written';
import { z } from 'zod';
import { slackChannel } from '../channel.ts';
import { isRecord, stringOf, type Fields } from '../content/fields.ts';
import { reactionOf } from './reactions.ts';
import { readWritten } from './read-written.ts';
import { microseconds } from './time.ts';

/** What an event means for feeds. `atUs`: when it happened, by Slack's clock, microseconds since 1970. */
export type SlackFeedEvent =
  | { kind: 'written'; message: WrittenMessage }
  | { kind: 'deleted'; channel: ChannelKey; messageId: string; atUs: number }
  | { kind: 'reaction'; channel: ChannelKey; messageId: string; reaction: Reaction; isSet: boolean; atUs: number }
  /**
   * A member's, a channel's or the workspace's emoji have changed. `digest`: of what feeds show of it: the same if nothing of that has.
   * `subject`: Slack's id; null: the emoji.
   */
  | { kind: 'profile'; what: 'member' | 'channel' | 'emoji'; subject: string | null; digest: string };

const idPattern = /^[\w-]{1,64}$/;

/** An `event` of a delivery. Null: feeds have nothing to do with it. Pure; never throws. */
export function readFeedEvent(event: unknown): SlackFeedEvent | null {
  if (!isRecord(event)) return null;
  switch (stringOf(event, 'type')) {
    case 'message':
      return messageEvent(event);
    case 'reaction_added':
      return reactionEvent(event, true);
    case 'reaction_removed':
      return reactionEvent(event, false);
    case 'user_change':
    case 'user_profile_changed':
      return memberEvent(event['user']);
    case 'channel_rename':
    case 'group_rename':
      return channelEvent(event['channel']);
    case 'emoji_changed':
      return emojiEvent(event);
    default:
      return null;
  }
}

function messageEvent(event: Fields): SlackFeedEvent | null {
  const channel = stringOf(event, 'channel');
  if (!idPattern.test(channel)) return null;
  const happenedUs = microseconds(event['event_ts']) ?? microseconds(event['ts']);
  const gone = (stamp: unknown): SlackFeedEvent | null =>
    typeof stamp === 'string' && microseconds(stamp) !== null && happenedUs !== null
      ? { kind: 'deleted', channel: slackChannel(channel), messageId: stamp, atUs: happenedUs }
      : null;
  const { message, previous_message: before } = event;
  switch (stringOf(event, 'subtype')) {
    case 'message_deleted':
      return gone(event['deleted_ts'] ?? (isRecord(before) ? before['ts'] : undefined));
    case 'message_changed': {
      if (!isRecord(message)) return null;
      // The first message of a thread, deleted while the thread has replies.
      if (stringOf(message, 'subtype').endsWith('tombstone')) return gone(message['ts']);
      const read = readWritten({ ...message, channel_type: event['channel_type'] }, channel, 'event');
      // Without `edited` too: apps that change their posts have none.
      return read && { kind: 'written', message: { ...read, atUs: Math.max(happenedUs ?? read.atUs, read.atUs) } };
    }
    default: {
      const read = readWritten(event, channel, 'event');
      return read && { kind: 'written', message: read };
    }
  }
}

function reactionEvent(event: Fields, isSet: boolean): SlackFeedEvent | null {
  const item = isRecord(event['item']) ? event['item'] : {};
  const [channel, messageId] = [stringOf(item, 'channel'), stringOf(item, 'ts')];
  const atUs = microseconds(event['event_ts']);
  const reaction = reactionOf(event['reaction'], event['user']);
  const isOfMessage = stringOf(item, 'type') === 'message' && idPattern.test(channel) && microseconds(messageId) !== null;
  if (!isOfMessage || atUs === null || !reaction) return null;
  return { kind: 'reaction', channel: slackChannel(channel), messageId, reaction, isSet, atUs };
}

const digestOf = (shown: unknown): string => createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 16);

const text = z.string().nullish().catch(null);

/** What feeds show of a member. A status, a call or a time zone is nothing of it. */
const memberSchema = z.object({
  id: z.string().regex(idPattern),
  name: text,
  deleted: z.boolean().nullish().catch(null),
  real_name: text,
  profile: z
    .object({ display_name: text, real_name: text, title: text, avatar_hash: text })
    .catch({ display_name: null, real_name: null, title: null, avatar_hash: null }),
});

function memberEvent(user: unknown): SlackFeedEvent | null {
  const { data: member } = memberSchema.safeParse(user);
  return member ? { kind: 'profile', what: 'member', subject: member.id, digest: digestOf(member) } : null;
}

const channelSchema = z.object({ id: z.string().regex(idPattern), name: text });

function channelEvent(raw: unknown): SlackFeedEvent | null {
  const { data: channel } = channelSchema.safeParse(raw);
  return channel ? { kind: 'profile', what: 'channel', subject: channel.id, digest: digestOf(channel) } : null;
}

/** An emoji may come, go and come again under one name: each time is a change of its own. */
function emojiEvent(event: Fields): SlackFeedEvent {
  const shown = ['subtype', 'name', 'names', 'value', 'old_name', 'new_name', 'event_ts'].map((key) => event[key] ?? null);
  return { kind: 'profile', what: 'emoji', subject: null, digest: digestOf(shown) };
}
