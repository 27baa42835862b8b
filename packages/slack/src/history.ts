import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { retry } from '@watchpost/shared/retry';
import type { SlackCall } from './calls.ts';
import { slackErrorOf } from './errors.ts';

const text = z.string().nullish().catch(null);

/** A message as conversations.history and conversations.replies have it; unknown fields are kept. */
const messageSchema = z.looseObject({
  ts: z.string(),
  thread_ts: text,
  subtype: text,
  user: text,
  bot_id: text,
  /** Of a thread's first message: the newest reply. */
  latest_reply: text,
  metadata: z
    .looseObject({ event_type: text, event_payload: z.looseObject({ key: text }).nullish().catch(null) })
    .nullish()
    .catch(null),
  blocks: z
    .array(z.looseObject({ type: z.string().catch('') }))
    .nullish()
    .catch(null),
});
export type SlackMessage = z.infer<typeof messageSchema>;

const pageSchema = z.looseObject({
  messages: z.array(messageSchema),
  response_metadata: z.looseObject({ next_cursor: text }).nullish().catch(null),
});

/** Rate limits are waited out; what else may pass is tried again a few times. */
const patience = { tries: 5, backoff: { firstMs: 1_000, maxMs: 30_000 } };

export interface HistoryWindow {
  channel: string;
  /** Timestamps of messages; both excluded. No `latest`: up to the newest, whatever the clocks say. */
  oldest: string;
  latest?: string;
  /** No more messages than this. */
  most: number;
  /** Slack takes 999. */
  pageSize?: number;
  /** False: rejects at once instead of waiting and trying again. Default: true. */
  isPatient?: boolean;
}

/** The messages of a channel, newest first, page by page; replies in threads are not among them. Waits where Slack limits the rate, and tries again after what may pass. Rejects as SlackCall. */
export async function* historyPages(
  call: SlackCall,
  { channel, oldest, latest, most, pageSize = 200, isPatient = true }: HistoryWindow,
  signal: AbortSignal,
): AsyncGenerator<SlackMessage[]> {
  yield* pagesOf(
    'conversations.history',
    { channel, oldest, ...(latest !== undefined && { latest }), include_all_metadata: true },
    { most, pageSize, isPatient, call },
    signal,
  );
}

/** The replies in a thread after `oldest`, oldest first. Waits and rejects as historyPages. */
export async function repliesOf(
  call: SlackCall,
  {
    channel,
    thread,
    oldest,
    most,
    isPatient = true,
  }: Pick<HistoryWindow, 'channel' | 'oldest' | 'most' | 'isPatient'> & { thread: string },
  signal: AbortSignal,
): Promise<SlackMessage[]> {
  const replies: SlackMessage[] = [];
  const args = { channel, ts: thread, oldest, include_all_metadata: true };
  for await (const page of pagesOf('conversations.replies', args, { most, pageSize: 200, isPatient, call }, signal))
    // The first message of the thread comes too.
    replies.push(...page.filter(({ ts }) => ts !== thread));
  return replies;
}

/**
 * A message by its timestamp; `thread`: the one whose thread it is in. `isReply`: it is in a thread, which may be unknown. Null: somebody has
 * deleted it. Rejects as SlackCall.
 */
export async function messageAt(
  call: SlackCall,
  {
    channel,
    messageId,
    thread,
    isReply = thread !== null && thread !== messageId,
  }: { channel: string; messageId: string; thread: string | null; isReply?: boolean },
  signal: AbortSignal,
): Promise<SlackMessage | null> {
  const window = { channel, oldest: messageId, latest: messageId, inclusive: true, limit: 20, include_all_metadata: true };
  const method = isReply ? 'conversations.replies' : 'conversations.history';
  try {
    const { messages } = await call(method, isReply ? { ...window, ts: thread ?? messageId } : window, pageSchema, signal);
    const found = messages.find(({ ts }) => ts === messageId);
    return found && found.subtype !== 'tombstone' ? found : null;
  } catch (error) {
    if (slackErrorOf(error) === 'thread_not_found') return null;
    throw error;
  }
}

async function* pagesOf(
  method: string,
  args: Record<string, unknown>,
  { most, pageSize, isPatient, call }: { most: number; pageSize: number; isPatient: boolean; call: SlackCall },
  signal: AbortSignal,
): AsyncGenerator<SlackMessage[]> {
  let cursor: string | undefined;
  let left = most;
  const seen = new Set<string>();
  do {
    const limit = Math.min(pageSize, left);
    const ask = () => call(method, { ...args, limit, ...(cursor && { cursor }) }, pageSchema, signal);
    const page = await (isPatient ? patiently(ask, signal) : ask());
    yield page.messages.slice(0, left);
    left -= page.messages.length;
    // A page may have fewer messages than asked for, and there may be more nevertheless.
    cursor = page.response_metadata?.next_cursor || undefined;
    if (cursor !== undefined && seen.has(cursor)) throw new AppError('chat-unavailable', `${method}: the pages lead in a circle`);
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && left > 0);
}

function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  let failures = 0;
  const retryIf = (error: unknown): boolean => {
    if (!(error instanceof AppError) || error.retry !== 'transient' || error.code === 'aborted') return false;
    if (error.code !== 'chat-rate-limited') failures += 1;
    return failures < patience.tries;
  };
  return retry(work, { backoff: patience.backoff, retryIf, onRetry: () => undefined }, signal);
}
