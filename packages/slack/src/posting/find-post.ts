import { z } from 'zod';
import type { SlackCall } from '../calls.ts';
import { historyPages, repliesOf, type SlackMessage } from '../history.ts';

/** The `event_type` of the metadata that each post carries; its payload is the post's key. */
export const postEvent = 'watchpost_post';

const identity = z.looseObject({ user_id: z.string(), bot_id: z.string().nullish().catch(null) });
export type Bot = z.infer<typeof identity>;

/** Who we are, asked once. */
export function createWhoAmI(call: SlackCall): (signal: AbortSignal) => Promise<Bot> {
  let known: Bot | null = null;
  return async (signal) => (known ??= await call('auth.test', {}, identity, signal));
}

/** By how much Slack's clock may be behind ours: a machine's clock set to local time is an hour off. Milliseconds. */
const clocksApartMs = 3_600_000;
/** Where nobody posts by hand, so many messages are hours. */
const mostMessages = 2_000;

/** Looks for our own post with this key among what was posted since we asked for it. Null: it is not there, or not there yet. Rejects as SlackCall. */
export async function findPost(
  call: SlackCall,
  { channel, thread, key, askedAtMs, bot }: { channel: string; thread: string | null; key: string; askedAtMs: number; bot: Bot },
  signal: AbortSignal,
): Promise<SlackMessage | null> {
  const oldest = ((Math.min(askedAtMs, Date.now()) - clocksApartMs) / 1_000).toFixed(6);
  const isIt = ({ metadata, bot_id: botId, user }: SlackMessage): boolean =>
    metadata?.event_type === postEvent && metadata.event_payload?.key === key && (botId ? botId === bot.bot_id : user === bot.user_id);
  // The job that looks comes again: nothing waits here.
  const window = { channel, oldest, most: mostMessages, isPatient: false };
  if (thread !== null) return (await repliesOf(call, { ...window, thread }, signal)).find(isIt) ?? null;
  for await (const page of historyPages(call, window, signal)) {
    const found = page.find(isIt);
    if (found) return found;
  }
  return null;
}
