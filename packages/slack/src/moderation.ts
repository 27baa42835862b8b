import { z } from 'zod';
import { channelId } from '@watchpost/shared/chat/chat';
import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from './calls.ts';
import { readMessage } from './content/read-message.ts';
import { slackErrorOf } from './errors.ts';
import { slackFileSchema } from './file.ts';
import { historyPages, messageAt, repliesOf, type SlackMessage } from './history.ts';
import { createCanRemove } from './removing/can-remove.ts';
import { removeVerified, type Removal } from './removing/remove-verified.ts';

const anything = z.looseObject({});
const fileInfo = z.looseObject({ file: slackFileSchema });
const flag = z.boolean().nullish().catch(null);
const channelInfo = z.looseObject({ channel: z.looseObject({ is_im: flag, is_mpim: flag }) });

const messageAbsent = new Set(['message_not_found', 'thread_not_found']);
const fileAbsent = new Set(['file_not_found', 'file_deleted']);

/** Of a channel's newest messages, the threads of so many are read: each takes a call. */
const mostThreads = 20;
/** So many channels' kinds are remembered. */
const mostChannels = 5_000;

export interface SlackModerationOptions {
  /** With the bot's token. */
  call: SlackCall;
  /** With an admin's token; null: there is none. */
  userCall: SlackCall | null;
  /** See RemovingOptions. */
  readAgainAfterMs?: readonly number[];
  nowMs?: () => number;
}

/** Removing what others wrote, in Slack, and reading what they wrote. */
export function createSlackModeration({
  call,
  userCall,
  readAgainAfterMs = [100, 200, 400, 800, 1_500],
  nowMs = Date.now,
}: SlackModerationOptions): ChatModeration {
  const options = { call, userCall, readAgainAfterMs };
  const isDirect = createIsDirect(call);

  return {
    canRemove: createCanRemove({ call, userCall, nowMs }),
    removeMessage: ({ channel, messageId, thread }, signal) => {
      const at = { channel: channelId(channel), messageId, thread };
      const removal: Removal = {
        what: 'message',
        remove: (by, until) => by('chat.delete', { channel: at.channel, ts: messageId }, anything, until),
        absent: messageAbsent,
        isThere: async (by, until) => (await messageAt(by, at, until)) !== null,
      };
      return removeVerified(removal, options, signal);
    },
    removeFile: (fileId, signal) => {
      const removal: Removal = {
        what: 'file',
        remove: (by, until) => by('files.delete', { file: fileId }, anything, until),
        absent: fileAbsent,
        isThere: (by, until) => isFileThere(by, fileId, until),
      };
      return removeVerified(removal, options, signal);
    },
    read: async ({ channel, messageId, thread }, signal) => {
      const id = channelId(channel);
      const raw = await messageAt(call, { channel: id, messageId, thread }, signal);
      const message = raw && readMessage(raw, id);
      return message && { ...message, isDirect: await isDirect(id, signal) };
    },
    recent: async (channel, limit, signal) => {
      const id = channelId(channel);
      const direct = await isDirect(id, signal);
      const newest = await newestOf(call, id, limit, signal);
      return newest.flatMap((raw) => readMessage(raw, id) ?? []).map((message) => ({ ...message, isDirect: direct }));
    },
  };
}

async function isFileThere(call: SlackCall, fileId: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { file } = await call('files.info', { file: fileId }, fileInfo, signal);
    return file.mode !== 'tombstone';
  } catch (error) {
    if (fileAbsent.has(slackErrorOf(error) ?? '')) return false;
    throw error;
  }
}

/** The newest messages with those of threads, newest first. Waits where Slack limits the rate. */
async function newestOf(call: SlackCall, channel: string, limit: number, signal: AbortSignal): Promise<SlackMessage[]> {
  const found = new Map<string, SlackMessage>();
  for await (const page of historyPages(call, { channel, oldest: '0', most: limit, pageSize: Math.min(limit, 200) }, signal))
    for (const message of page) found.set(message.ts, message);
  const threads = [...found.values()].filter((message) => typeof message.latest_reply === 'string').slice(0, mostThreads);
  for (const { ts } of threads)
    for (const reply of await repliesOf(call, { channel, thread: ts, oldest: '0', most: limit }, signal)) found.set(reply.ts, reply);
  return [...found.values()].toSorted((one, other) => (digits(one.ts) < digits(other.ts) ? 1 : -1)).slice(0, limit);
}

/** A ts as a whole number: as a fraction it would lose its last digits. */
const digits = (ts: string): bigint => {
  const [seconds = '', rest = ''] = ts.split('.');
  return /^\d+$/.test(seconds + rest) ? BigInt(seconds + rest.padEnd(9, '0')) : 0n;
};

/** Whether a channel is a direct message, of two or of several people: its history does not say so. Asked once for each channel. */
function createIsDirect(call: SlackCall): (channel: string, signal: AbortSignal) => Promise<boolean> {
  const known = new Map<string, boolean>();
  const ask = async (channel: string, signal: AbortSignal): Promise<boolean> => {
    try {
      const info = await call('conversations.info', { channel }, channelInfo, signal);
      return info.channel.is_im === true || info.channel.is_mpim === true;
    } catch (error) {
      // Without the scope to ask, an id with a G may be such a conversation.
      if (error instanceof AppError && error.retry !== 'transient') return channel.startsWith('G');
      throw error;
    }
  };
  return async (channel, signal) => {
    const before = known.get(channel);
    if (before !== undefined) return before;
    if (channel.startsWith('D')) return true;
    const direct = await ask(channel, signal);
    if (known.size >= mostChannels) known.clear();
    known.set(channel, direct);
    return direct;
  };
}
