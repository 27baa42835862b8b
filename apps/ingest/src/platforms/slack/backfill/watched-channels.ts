import type { Scope } from '@watchpost/rules/rule';
import { channelId, platformOf } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry, type Backoff } from '@watchpost/shared/retry';
import type { SlackCall } from '@watchpost/slack/calls';
import { slackChannel, slackPrefix } from '@watchpost/slack/channel';
import { z } from 'zod';
import type { Watching } from '../../../watching.ts';

export interface WatchedChannelsOptions {
  call: SlackCall;
  watching: Pick<Watching, 'ready' | 'rules'>;
  /** Nothing is judged there; null: none is configured. */
  adminChannel: string | null;
  log: Logger;
  /** Between two tries; tests need shorter ones. */
  backoff?: Backoff;
}

const pageSchema = z.looseObject({
  channels: z.array(z.looseObject({ id: z.string() })),
  response_metadata: z
    .looseObject({ next_cursor: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});

/** Slack's limit. */
const pageSize = 999;
/** What else than a limited rate may pass is tried again so often. */
const mostTries = 5;
const usualBackoff: Backoff = { firstMs: 1_000, maxMs: 30_000 };

/**
 * The channels that rules look at, by Slack's ids: those that they name, and for rules about all channels those that the bot is in. Waits for
 * the rules; rejects only if the signal aborts.
 */
export function createWatchedChannels({ call, watching, adminChannel, log, backoff = usualBackoff }: WatchedChannelsOptions) {
  const joined = async (signal: AbortSignal): Promise<string[]> => {
    const channels: string[] = [];
    let cursor: string | undefined;
    do {
      const args = { types: 'public_channel,private_channel', exclude_archived: true, limit: pageSize, ...(cursor && { cursor }) };
      const page = await patiently(() => call('users.conversations', args, pageSchema, signal), backoff, signal);
      channels.push(...page.channels.map(({ id }) => id));
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined);
    return channels;
  };

  return async (signal: AbortSignal): Promise<readonly string[]> => {
    const ready = await watching.ready(signal);
    const scopes = (watching.rules() ?? ready).filter(({ enabled }) => enabled).map(({ scope }) => scope);
    const named = scopes.flatMap((scope) => (scope.in === 'some' ? scope.channels : []));
    const ids = named.filter((channel) => platformOf(channel) === slackPrefix).map(channelId);
    const wide = scopes.filter((scope) => scope.in !== 'some');
    if (wide.length > 0) {
      try {
        ids.push(...(await joined(signal)).filter((id) => wide.some((scope) => covers(scope, id))));
      } catch (error) {
        if (signal.aborted) throw error;
        log.warn(
          { err: error },
          'Slack does not list the channels that the bot is in (scopes channels:read, groups:read): what was said in between is fetched only from channels that rules name',
        );
      }
    }
    return [...new Set(ids)].filter((id) => id !== adminChannel);
  };
}

const covers = (scope: Scope, id: string): boolean =>
  scope.in === 'all' || (scope.in === 'all-but' && !scope.channels.includes(slackChannel(id)));

function patiently<T>(work: () => Promise<T>, backoff: Backoff, signal: AbortSignal): Promise<T> {
  let failures = 0;
  const retryIf = (error: unknown): boolean => {
    if (!(error instanceof AppError) || error.retry !== 'transient') return false;
    if (error.code !== 'chat-rate-limited') failures += 1;
    return failures < mostTries;
  };
  return retry(work, { backoff, retryIf, onRetry: () => undefined }, signal);
}
