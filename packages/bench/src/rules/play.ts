import { setMaxListeners } from 'node:events';
import { pause } from '@watchpost/shared/wait';
import type { FakeSlack } from '../servers/fake-slack.ts';
import { postTo } from '../servers/post-to.ts';
import { signedHeaders } from '../servers/signed-request.ts';
import type { PlannedMessage } from './messages.ts';

/** Where messages are posted. */
export interface MessageTarget {
  /** Of ingest. */
  url: string;
  secret: string;
  slack: FakeSlack;
  channel: string;
}

/** A message that was posted. */
export interface PostedMessage {
  ts: string;
  atMs: number;
  matches: boolean;
}

/** Waits before each delivery of an event: at once, then as Slack does, shortened. Milliseconds. */
const waitsMs = [0, 500, 2_000];

/** Posts each message at its time: a slow pair must not slow its own load down. Null: its event was never acknowledged. */
export async function playMessages(
  messages: readonly PlannedMessage[],
  target: MessageTarget,
  signal: AbortSignal,
): Promise<(PostedMessage | null)[]> {
  setMaxListeners(0, signal);
  const startMs = performance.now();
  const open: Promise<PostedMessage | null>[] = [];
  for (const message of messages) {
    const waitMs = startMs + message.atMs - performance.now();
    if (waitMs > 1) await pause(waitMs, signal);
    open.push(postMessage(message, target, signal));
  }
  return Promise.all(open);
}

/** Posts one message: Slack has it, and delivers its event until it is acknowledged. */
export async function postMessage(
  { text, matches }: PlannedMessage,
  { slack, channel, secret, url }: MessageTarget,
  signal: AbortSignal,
): Promise<PostedMessage | null> {
  const { ts } = slack.chat.say({ channel, text });
  const atMs = Date.now();
  const blocks = [{ type: 'rich_text', block_id: 'b', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] }];
  const event = { type: 'message', channel, channel_type: 'channel', user: 'U0HUMAN', ts, event_ts: ts, text, blocks, team: 'T1' };
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A0WATCH', event_id: `Ev${ts}`, event });
  for (const waitMs of waitsMs) {
    if (waitMs > 0) await pause(waitMs, signal);
    if ((await postTo(`${url}/api/events`, signedHeaders(secret, body), body)) === 200) return { ts, atMs, matches };
  }
  return null;
}
