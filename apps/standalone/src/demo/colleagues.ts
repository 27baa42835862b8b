import { WebClient } from '@slack/web-api';
import { pause } from '@watchpost/shared/wait';
import type { EmulatedSlack, MemberName } from '../slack/emulated-slack.ts';

type Speaker = Exclude<MemberName, 'you'>;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A token as GitHub makes them, that nobody has. */
const token = (random: () => number): string =>
  `ghp_${Array.from({ length: 36 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')}`;

/** The number that card processors publish for tests. */
const cardNumber = '4242 4242 4242 4242';

/** What is said in the channel, and how long after the line before it, milliseconds. */
const conversation = (random: () => number): { by: Speaker; text: string; afterMs: number }[] => [
  { by: 'sam', text: 'Morning! The garage camera is back, it was the power supply.', afterMs: 2_000 },
  { by: 'noor', text: 'Nice. Can somebody give me access to the repository of the doorbell?', afterMs: 6_000 },
  { by: 'sam', text: `Just use mine for today: ${token(random)}`, afterMs: 5_000 },
  { by: 'lena', text: 'The new tripod costs 49. Who can order it?', afterMs: 12_000 },
  { by: 'noor', text: `I can, on my own card: ${cardNumber}, 12/29. Wait, no.`, afterMs: 8_000 },
  { by: 'lena', text: 'Please never post that here :) I will ask the office. Order number 4242 is free, by the way.', afterMs: 12_000 },
];

/** Two colleagues make mistakes, once: a token and a card number in the channel. */
export async function runColleagues(
  { slack, channel, say }: { slack: EmulatedSlack; channel: string; say: (text: string) => void },
  signal: AbortSignal,
): Promise<void> {
  for (const { by, text, afterMs } of conversation(Math.random)) {
    await pause(afterMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const client = new WebClient(slack.memberToken(by), { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
    try {
      await client.apiCall('chat.postMessage', { channel: slack.channelId(channel), text });
    } catch (error) {
      say(`${by} could not post: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
