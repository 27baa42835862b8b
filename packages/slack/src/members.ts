import { z } from 'zod';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ChatMembers } from '@watchpost/shared/chat/members';
import type { Post } from '@watchpost/shared/chat/post';
import type { ChatPosts, PostProgress } from '@watchpost/shared/chat/posts';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { shownText } from '@watchpost/shared/text';
import { createAnswers, linePost, type AnswersOptions } from './answers.ts';
import { limits } from './blocks/limits.ts';
import { renderPost } from './blocks/render-post.ts';
import { createIsInChannel } from './channel-members.ts';
import { slackChannel } from './channel.ts';
import { createIsEntitled, type Entitled } from './entitled.ts';
import { slackErrorOf } from './errors.ts';

const anything = z.looseObject({});
const opened = z.looseObject({ channel: z.looseObject({ id: z.string() }) });
const text = z.string().nullish().catch(null);
const userInfo = z.looseObject({
  user: z.looseObject({
    name: text,
    real_name: text,
    profile: z.looseObject({ display_name: text, real_name: text }).nullish().catch(null),
  }),
});

/** Names change rarely. Milliseconds. */
const nameFreshMs = 3_600_000;
/** So many members' names are remembered. */
const mostNames = 5_000;
const nameLimit = { characters: 80, units: 400 };

export interface SlackMembersOptions extends AnswersOptions {
  /** The results channel. */
  channel: ChannelKey;
  /** Null: none is configured. */
  adminChannel: ChannelKey | null;
  /** Who may name people; `everyone`: in the results channel. */
  namers: Entitled;
  /** Who may manage rules; `everyone`: in the admin channel. */
  admins: Entitled;
  log: Logger;
  nowMs?: () => number;
  /** Sends a direct message exactly once. */
  sendDirect: ChatPosts['send'];
}

/** The members of a Slack workspace. */
export function createSlackMembers(options: SlackMembersOptions): ChatMembers {
  const { call, sendDirect, nowMs = Date.now } = options;
  const answer = createAnswers(options);
  const { mayRead, mayName, mayAdminister } = createPermissions(options);
  const names = new Map<string, { name: string | null; atMs: number }>();
  const channels = new Map<string, ChannelKey>();

  /** The channel of direct messages with this member; null: Slack does not let us open it. */
  const directChannel = async (member: string, signal: AbortSignal): Promise<ChannelKey | null> => {
    const known = channels.get(member);
    if (known) return known;
    try {
      const { channel } = await call('conversations.open', { users: member }, opened, signal);
      const key = slackChannel(channel.id);
      if (channels.size < mostNames) channels.set(member, key);
      return key;
    } catch (error) {
      if (error instanceof AppError && error.retry !== 'transient') return null;
      throw error;
    }
  };

  const memberName: ChatMembers['memberName'] = async (member, signal) => {
    const known = names.get(member);
    if (known && nowMs() - known.atMs < nameFreshMs) return known.name;
    const name = await nameOf(member, signal).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'aborted') throw error;
      if (error.retry === 'transient' && !known) throw error;
      return known?.name ?? null;
    });
    if (names.size >= mostNames) names.clear();
    names.set(member, { name, atMs: nowMs() });
    return name;
  };

  const nameOf = async (member: string, signal: AbortSignal): Promise<string | null> => {
    const { user } = await call('users.info', { user: member }, userInfo, signal);
    const candidates = [user.profile?.display_name, user.profile?.real_name, user.real_name, user.name];
    const shown = candidates.map((each) => shownText(each ?? '', nameLimit));
    return shown.find((each) => each !== null) ?? null;
  };

  return {
    mayRead,
    mayName,
    mayAdminister,
    tell: (to, line, signal) => answer(to, linePost(line), signal),
    answer,
    // Slack takes a member's id where it does not let us open the conversation.
    message: async (member, message, save, signal) => {
      const channel = (await directChannel(member, signal)) ?? slackChannel(member);
      const at = (progress: PostProgress): PostProgress => ({ ...progress, channel });
      return at(await sendDirect({ ...message, channel }, (progress) => save(at(progress)), signal));
    },
    showHome: (member, post, signal) => showHome(call, member, post, signal),
    memberName,
  };
}

/** What members may do. */
function createPermissions(options: SlackMembersOptions): Pick<ChatMembers, 'mayRead' | 'mayName' | 'mayAdminister'> {
  const { adminChannel, namers, admins } = options;
  const isInResults = createIsInChannel({ ...options, channelName: 'results', deed: 'ask or name' });
  const isInAdmin: ChatMembers['mayAdminister'] = adminChannel
    ? createIsInChannel({ ...options, channel: adminChannel, channelName: 'admin', deed: 'manage rules' })
    : async () => Promise.resolve('no');
  return {
    mayRead: isInResults,
    mayName: createIsEntitled({ ...options, entitled: namers, variable: 'NAMERS', deed: 'name people', isInChannel: isInResults }),
    mayAdminister: createIsEntitled({
      ...options,
      entitled: admins,
      variable: 'RULES_ADMINS',
      deed: 'manage rules',
      isInChannel: isInAdmin,
    }),
  };
}

/** Where the app has no such page, or this person none, nobody is told. */
async function showHome(call: SlackMembersOptions['call'], member: string, post: Post, signal: AbortSignal): Promise<void> {
  const { blocks } = renderPost(post, { fileId: null, most: limits.viewBlocks });
  const args = { user_id: member, view: { type: 'home', blocks } };
  try {
    await call('views.publish', args, anything, signal);
  } catch (error) {
    // Somebody else has just shown a page that may be older: the last one counts.
    if (slackErrorOf(error) === 'hash_conflict') await call('views.publish', args, anything, signal);
    else if (!['not_enabled', 'user_not_found', 'user_disabled'].includes(slackErrorOf(error) ?? '')) throw error;
  }
}
