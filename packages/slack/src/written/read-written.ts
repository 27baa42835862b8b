import type { Block, WrittenMessage } from '@watchpost/shared/chat/written';
import { isRecord, listOf, stringOf, type Fields } from '../content/fields.ts';
import { readRef } from '../content/read-message.ts';
import { attachmentBlocks } from './attachments.ts';
import { blocksOf } from './blocks.ts';
import { filesOf } from './files.ts';
import { mrkdwnBlocks } from './mrkdwn.ts';
import { readReactions } from './reactions.ts';
import { createRoom, type Room } from './room.ts';
import { microseconds } from './time.ts';

/** What somebody wrote. All others are notices of Slack's, or what is left of a message; one that is not known yet may be either. */
const writtenSubtypes = new Set(['', 'file_share', 'me_message', 'bot_message', 'thread_broadcast', 'reply_broadcast']);
const broadcasts = new Set(['thread_broadcast', 'reply_broadcast']);

/**
 * A message with its formatting, of an event or of a channel's history. `channel`: Slack's id. Its version is as old as its last edit.
 * Null: a notice such as somebody's joining, what is left of a deleted message, what only one member sees, or no message at all.
 * `reactions`: a history says which ones there are, and an event does not. Pure; never throws, whatever it is given, and takes linear time.
 */
export function readWritten(raw: unknown, channel: string, from: 'history' | 'event' = 'history'): WrittenMessage | null {
  if (!isRecord(raw) || !isForReaders(raw)) return null;
  const ref = readRef(raw, channel);
  const edited = isRecord(raw['edited']) ? raw['edited'] : null;
  const atUs = microseconds(edited?.['ts']) ?? microseconds(raw['ts']);
  if (!ref || atUs === null || microseconds(raw['ts']) === null) return null;
  const author = { ...ref.author, bot: ref.author.bot ?? botOf(raw) };
  return {
    ...ref,
    author,
    written: { blocks: writtenBlocks(raw, author, createRoom()), ...filesOf(raw) },
    isEdited: edited !== null,
    isBroadcast: broadcasts.has(stringOf(raw, 'subtype')),
    atUs,
    reactions: from === 'history' ? (readReactions(raw)?.all ?? null) : null,
  };
}

const isForReaders = (raw: Fields): boolean =>
  writtenSubtypes.has(stringOf(raw, 'subtype')) && raw['is_ephemeral'] !== true && raw['hidden'] !== true;

/** Slack itself is nobody, and some apps only say in their profile who they are. */
function botOf(raw: Fields): string | null {
  if (stringOf(raw, 'user') === 'USLACKBOT') return 'USLACKBOT';
  const profile = raw['bot_profile'];
  const id = isRecord(profile) ? stringOf(profile, 'id') : '';
  return /^[\w-]{1,64}$/.test(id) ? id : null;
}

function writtenBlocks(raw: Fields, { bot, app }: WrittenMessage['author'], room: Room): Block[] {
  const isAction = stringOf(raw, 'subtype') === 'me_message';
  const shown = blocksOf(listOf(raw, 'blocks'), room);
  // The text repeats the blocks in other words, for notifications.
  const words = shown.length > 0 ? shown : mrkdwnBlocks(stringOf(raw, 'text'), room, isAction ? ['italic'] : []);
  // People attach nothing: what stands there is Slack's preview of something else, whatever it is marked as.
  const attachments = bot === null && app === null ? [] : listOf(raw, 'attachments');
  return [...words, ...attachmentBlocks(attachments, room)];
}
