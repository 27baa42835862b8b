import { WebClient } from '@slack/web-api';
import { pause } from '@watchpost/shared/wait';
import type { EmulatedSlack } from '../slack/emulated-slack.ts';

/** Resolves to the text of the channel's first message with a file, or to undefined if `signal` aborts first. */
export async function firstResult(slack: EmulatedSlack, app: string, channel: string, signal: AbortSignal): Promise<string | undefined> {
  const client = new WebClient(slack.token(app), { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  while (!signal.aborted) {
    const history = await client.conversations.history({ channel: slack.channelId(channel), limit: 20 }).catch(() => undefined);
    const found = history?.messages?.find(({ files }) => files && files.length > 0);
    if (found) return found.text ?? '';
    await pause(500, signal).catch(() => undefined);
  }
  return undefined;
}
