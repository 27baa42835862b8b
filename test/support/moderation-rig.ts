import type { FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { FakeMessage } from '@watchpost/bench/servers/fake-slack-chat';
import type { ChatModeration } from '@watchpost/shared/chat/moderation';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackModeration } from '@watchpost/slack/moderation';
import { callsTo } from './posts-rig.ts';

/** In pieces, so that nobody takes it for a real one. */
export const adminToken = ['xoxp', 'admin', 'token'].join('-');

/** Makes somebody an administrator of the workspace, whose token is `adminToken`. */
export function addAdmin(slack: FakeSlack): void {
  slack.tokens.set(adminToken, { user: 'U0ADMIN', scopes: ['chat:write', 'files:write'] });
  slack.people.users.set('U0ADMIN', { is_admin: true });
}

/** Slack's ChatModeration, impatient. `token`: of whoever removes; null: there is none. */
export function moderationOf(slack: FakeSlack, token: string | null, nowMs: () => number, timeoutMs = 700): ChatModeration {
  return createSlackModeration({
    call: callsTo(slack, timeoutMs),
    userCall: token === null ? null : createSlackCalls({ token, apiUrl: slack.apiUrl, timeoutMs }),
    readAgainAfterMs: [1, 1, 1],
    nowMs,
  });
}

/** Where a message stands. */
export const at = ({ channel, ts, threadTs }: FakeMessage) => ({ channel: `slack:${channel}` as const, messageId: ts, thread: threadTs });
