import { randomUUID } from 'node:crypto';
import { pause } from '@watchpost/shared/wait';
import type { FakeBlock, FakeMessage } from '../servers/fake-slack-chat.ts';
import { fakeBot } from '../servers/fake-slack-chat.ts';
import type { FakeSlack } from '../servers/fake-slack.ts';
import { signedHeaders } from '../servers/signed-request.ts';
import { z } from 'zod';

/** Who clicks. */
export const reader = 'U0READER';

/** Where clicks go. */
export interface ClickTarget {
  /** Of ingest. */
  url: string;
  secret: string;
  slack: FakeSlack;
  /** The results channel. */
  channel: string;
}

/** What became of the clicks. */
export interface ClickTally {
  /** Until each was acknowledged, milliseconds. */
  ackMs: number[];
  /** Those that were not answered with 200. */
  refused: number;
}

const everyMs = 200;
/** Slack counts later answers as failures. Milliseconds. */
const patienceMs = 3_000;

const elementSchema = z.looseObject({ type: z.string(), action_id: z.string(), value: z.string().optional() });
const actionsSchema = z.looseObject({ type: z.literal('actions'), block_id: z.string().optional(), elements: z.array(z.unknown()) });

/**
 * Readers click on what is posted, five times a second until `signal` aborts: buttons that open a dialog, and others. Between two clicks
 * somebody types in a dialog's list of people.
 */
export async function clickUntil(target: ClickTarget, signal: AbortSignal): Promise<ClickTally> {
  const tally: ClickTally = { ackMs: [], refused: 0 };
  const open: Promise<void>[] = [];
  for (let count = 0; !signal.aborted; count += 1) {
    await pause(everyMs, signal).catch(() => undefined);
    const payload = count % 2 === 0 ? pressOn(target, count) : typing(count);
    if (payload && !signal.aborted) open.push(send(target, payload, tally));
  }
  await Promise.all(open);
  return tally;
}

/** One of the buttons of the newest posts; null while there is none. */
function pressOn({ slack, channel }: ClickTarget, count: number): object | null {
  const posts = slack.chat.messages.filter((message) => message.channel === channel && message.threadTs === null);
  const message = posts[posts.length - 1 - (count % Math.min(posts.length, 10))];
  const buttons = message ? buttonsOf(message.blocks) : [];
  const action = buttons[count % Math.max(1, buttons.length)];
  if (!message || !action) return null;
  return {
    ...common(),
    type: 'block_actions',
    trigger_id: slack.people.trigger(),
    response_url: slack.people.responseUrl(slack.url),
    container: { type: 'message', message_ts: message.ts, channel_id: channel, is_ephemeral: false },
    channel: { id: channel, name: 'results' },
    message: messageOf(message),
    actions: [{ ...action, action_ts: String(Date.now() / 1_000) }],
  };
}

const messageOf = ({ ts, text, blocks }: FakeMessage): object => ({ type: 'message', ts, text, blocks, bot_id: fakeBot.bot_id });

/** Those that name or ask; what changes nothing else. */
function buttonsOf(blocks: readonly FakeBlock[]): object[] {
  return blocks.flatMap((block) => {
    const actions = actionsSchema.safeParse(block);
    if (!actions.success) return [];
    return actions.data.elements.flatMap((element) => {
      const button = elementSchema.safeParse(element);
      return button.success && /:(is|seen-before):/.test(button.data.action_id)
        ? [{ ...button.data, block_id: actions.data.block_id }]
        : [];
    });
  });
}

const letters = ['', 'a', 'un', 'unknown 1'];

const typing = (count: number): object => ({
  ...common(),
  type: 'block_suggestion',
  action_id: 'person',
  block_id: 'person',
  value: letters[count % letters.length],
  container: { type: 'view', view_id: 'V1' },
  view: { id: 'V1', callback_id: 'name', private_metadata: '' },
});

const common = () => ({
  team: { id: fakeBot.team_id, domain: 'bench' },
  user: { id: reader, username: 'reader', team_id: fakeBot.team_id },
  api_app_id: 'A0WATCH',
  token: randomUUID(),
});

async function send({ url, secret }: ClickTarget, payload: object, tally: ClickTally): Promise<void> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const headers = { ...signedHeaders(secret, body), 'content-type': 'application/x-www-form-urlencoded' };
  const beforeMs = performance.now();
  try {
    const response = await fetch(`${url}/api/interactions`, { method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) });
    await response.text();
    tally.ackMs.push(performance.now() - beforeMs);
    if (response.status !== 200) tally.refused += 1;
  } catch {
    tally.ackMs.push(patienceMs);
    tally.refused += 1;
  }
}
