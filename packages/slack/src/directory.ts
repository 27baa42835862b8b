import { z } from 'zod';
import { channelId } from '@watchpost/shared/chat/chat';
import type { ChatDirectory, CustomEmoji } from '@watchpost/shared/chat/directory';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { SlackCall } from './calls.ts';
import { channelTypeOf } from './channel-type.ts';
import { downloadFromSlack } from './download.ts';
import { slackErrorOf } from './errors.ts';
import type { AllowsUrl } from './file-hosts.ts';
import { createGroupMembers } from './groups.ts';
import { messageAt, type SlackMessage } from './history.ts';
import { botInfo, botProfile, pictureAt, userInfo, userProfile } from './profile.ts';
import { readReactions } from './written/reactions.ts';
import { readWritten } from './written/read-written.ts';

const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
const channelInfo = z.looseObject({ channel: z.looseObject({ name: text, is_private: flag, is_im: flag, is_mpim: flag }) });
const groupList = z.looseObject({ usergroups: z.array(z.looseObject({ id: z.string(), handle: text })) });
const emojiList = z.looseObject({ emoji: z.record(z.string(), text) });
const fullReactions = z.looseObject({ message: z.looseObject({ reactions: z.array(z.unknown()).nullish().catch(null) }) });

/** For how long the groups of the workspace are not asked for again, milliseconds. */
const freshMs = 300_000;
/** For a picture. */
const pictureTimeoutMs = 30_000;

export interface SlackDirectoryOptions {
  call: SlackCall;
  /** Where pictures of members and emoji may be loaded from; see allowPictureHosts. */
  allowsPicture: AllowsUrl;
  pictureTimeoutMs?: number;
  nowMs?: () => number;
}

/** Slack as a ChatDirectory. */
export function createSlackDirectory(options: SlackDirectoryOptions): ChatDirectory {
  const { call, allowsPicture, nowMs = Date.now } = options;
  const groupMembers = createGroupMembers(call, nowMs);
  const groups = createGroups(call, nowMs);
  return {
    member: async (id, signal) =>
      id.startsWith('B')
        ? unless(['bot_not_found'], async () => botProfile((await call('bots.info', { bot: id }, botInfo, signal)).bot, id))
        : unless(['user_not_found', 'users_not_found', 'user_not_visible'], async () =>
            userProfile((await call('users.info', { user: id }, userInfo, signal)).user, id),
          ),
    channel: (id, signal) =>
      unless(['channel_not_found', 'invalid_channel', 'method_not_supported_for_channel_type'], async () => {
        const { channel } = await call('conversations.info', { channel: id }, channelInfo, signal);
        // What Slack does not call public is private.
        const isPrivate = channel.is_private !== false || channel.is_im === true || channel.is_mpim === true;
        return { name: channel.name || id, isPrivate };
      }),
    group: async (id, signal) => {
      const handle = (await groups(signal)).get(id);
      return handle === undefined ? null : { handle };
    },
    groupMembers: async (id, signal) => (await unless(['no_such_subteam'], async () => groupMembers(id, signal))) ?? [],
    emoji: async (signal) => {
      const { emoji } = await call('emoji.list', {}, emojiList, signal);
      return new Map(Object.entries(emoji).flatMap(([name, value]) => customEmoji(name, value)));
    },
    publicPicture: (url, maxBytes, signal) => {
      const timeoutMs = options.pictureTimeoutMs ?? pictureTimeoutMs;
      return downloadFromSlack(url, { token: null, allows: allowsPicture, maxBytes, timeoutMs, expectedBytes: null }, signal);
    },
    written: (at, signal) => writtenAt(call, { ...at, channel: channelId(at.channel) }, signal),
  };
}

/** Null instead of a refusal with one of these codes of Slack's. */
async function unless<T>(codes: readonly string[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (codes.includes(slackErrorOf(error) ?? '')) return null;
    throw error;
  }
}

/** The handles of all groups by their ids, also of those that are switched off: old messages mention them. */
function createGroups(call: SlackCall, nowMs: () => number): (signal: AbortSignal) => Promise<ReadonlyMap<string, string>> {
  let known: { handles: ReadonlyMap<string, string>; atMs: number } | null = null;
  return async (signal) => {
    if (known && nowMs() - known.atMs < freshMs) return known.handles;
    const { usergroups } = await call('usergroups.list', { include_disabled: true }, groupList, signal);
    const handles = new Map(usergroups.flatMap(({ id, handle }): [string, string][] => (handle ? [[id, handle]] : [])));
    known = { handles, atMs: nowMs() };
    return handles;
  };
}

/** `https://…`, or `alias:other`. */
function customEmoji(name: string, value: string | null | undefined): [string, CustomEmoji][] {
  const aliasOf = /^alias:(.+)$/.exec(value ?? '')?.[1];
  if (aliasOf !== undefined) return [[name, { aliasOf }]];
  const picture = pictureAt(value);
  return picture ? [[name, { picture }]] : [];
}

interface Place {
  channel: string;
  messageId: string;
  thread: string | null;
}

async function writtenAt(call: SlackCall, at: Place, signal: AbortSignal): Promise<WrittenMessage | null> {
  const raw = await rawAt(call, at, signal);
  const type = raw && (await channelTypeOf(call, at.channel, signal));
  const message = raw && readWritten(type ? { ...raw, channel_type: type } : raw, at.channel);
  return message && { ...message, reactions: message.reactions ?? (await reactionsOf(call, at, signal)) };
}

/** Of a message whose thread nobody knows: a reply is in the history of its thread only, which its own time leads to. */
async function rawAt(call: SlackCall, at: Place, signal: AbortSignal): Promise<SlackMessage | null> {
  const found = await messageAt(call, at, signal);
  return found || at.thread !== null ? found : messageAt(call, { ...at, isReply: true }, signal);
}

/** All reactions, where a history has only some of the members. Null: Slack does not tell us. */
async function reactionsOf(call: SlackCall, { channel, messageId }: Place, signal: AbortSignal): Promise<WrittenMessage['reactions']> {
  const ask = () => call('reactions.get', { channel, timestamp: messageId, full: true }, fullReactions, signal);
  const full = await unless(['missing_scope', 'message_not_found'], ask);
  return full && (readReactions(full.message)?.all ?? null);
}
