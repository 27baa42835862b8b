import { WebClient } from '@slack/web-api';
import { pause } from '@watchpost/shared/wait';
import type { EmulatedSlack } from '../slack/emulated-slack.ts';

/** Resolves to the text of the app's first message in the channel, or to undefined if `signal` aborts first. */
export async function firstResult(slack: EmulatedSlack, app: string, channel: string, signal: AbortSignal): Promise<string | undefined> {
  const client = new WebClient(slack.token(app), { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const own = await client.auth.test().catch(() => undefined);
  while (!signal.aborted) {
    const history = await client.conversations.history({ channel: slack.channelId(channel), limit: 20 }).catch(() => undefined);
    const posts = history?.messages?.filter(({ subtype, user }) => user === own?.user_id && !subtype?.startsWith('channel_'));
    const first = posts?.at(-1);
    if (first) return first.text ?? '';
    await pause(500, signal).catch(() => undefined);
  }
  return undefined;
}
