import { z } from 'zod';
import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { Permission } from '@watchpost/shared/chat/members';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { SlackCall } from './calls.ts';

const pageSchema = z.looseObject({
  members: z.array(z.string()),
  response_metadata: z
    .looseObject({ next_cursor: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});

/** For how long it is not asked again who is in the channel; sooner for somebody who was not, and may have joined. Milliseconds. */
const freshMs = 60_000;
const joinedMs = 5_000;
/** A larger channel is not read to its end. */
const pageSize = 1_000;
const mostPages = 50;

export interface ChannelMembersOptions {
  call: SlackCall;
  channel: ChannelKey;
  /** What the channel is for: `results`, `admin`. */
  channelName: string;
  /** What only its members may do: `ask or name`. */
  deed: string;
  log: Logger;
  nowMs?: () => number;
}

/** Who is in the channel. `isWhole`: whoever is not listed is not in it. */
interface Known {
  members: ReadonlySet<string>;
  isWhole: boolean;
  atMs: number;
}

/**
 * Whether a member is in a channel. `unknown`: Slack will not say; the log says why, once. Rejects with a transient error
 * while Slack does not answer.
 */
export function createIsInChannel({
  call,
  channel,
  channelName,
  deed,
  log,
  nowMs = Date.now,
}: ChannelMembersOptions): (member: string, signal: AbortSignal) => Promise<Permission> {
  let known: Known | null = null;
  let hasComplained = false;

  const complain = (fields: Record<string, unknown>, why: string): void => {
    if (!hasComplained) log.warn({ ...fields, channel }, `${why}: nobody else may ${deed}`);
    hasComplained = true;
  };

  const read = async (signal: AbortSignal): Promise<Known> => {
    const members = new Set<string>();
    let cursor = '';
    try {
      for (let page = 0; page < mostPages; page += 1) {
        const args = { channel: channelId(channel), limit: pageSize, ...(cursor && { cursor }) };
        const answer = await call('conversations.members', args, pageSchema, signal);
        for (const member of answer.members) members.add(member);
        cursor = answer.response_metadata?.next_cursor ?? '';
        if (cursor === '') break;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.retry === 'transient' || error.code === 'aborted') throw error;
      complain({ err: error }, `Slack does not say who is in the ${channelName} channel${adviceFor(error)}`);
      return { members: new Set(), isWhole: false, atMs: nowMs() };
    }
    if (cursor !== '') complain({ members: members.size }, `the ${channelName} channel has too many members to be read`);
    return { members, isWhole: cursor === '', atMs: nowMs() };
  };

  return async (member, signal) => {
    const ageMs = known ? nowMs() - known.atMs : Infinity;
    if (!known || ageMs >= freshMs || (ageMs >= joinedMs && !known.members.has(member))) known = await read(signal);
    if (known.members.has(member)) return 'yes';
    return known.isWhole ? 'no' : 'unknown';
  };
}

function adviceFor({ code }: AppError): string {
  if (code === 'chat-not-authorised') return ', the app needs the scope channels:read, or groups:read for a private one';
  return code === 'channel-not-available' ? ', invite the bot to it' : '';
}
