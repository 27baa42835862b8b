import { decide, type Decision, type MessageEvent, type WhatIsKnown } from '@watchpost/ingest/platforms/slack/feeds/1-decide';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import { describe, expect, it } from 'vitest';
import { approvalSample, feedOf, writtenMessageOf } from '../../../support/feed-samples.ts';

const me = { userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH' };
const thumbsUp = [feedOf({ approval: { ...approvalSample, emoji: ['+1'] } })];
const known = (over: Partial<WhatIsKnown> = {}): WhatIsKnown => ({
  feeds: [feedOf()],
  takes: () => true,
  isLate: false,
  identity: me,
  ourAppId: 'A0WATCH',
  adminChannel: 'C0ADMINS',
  ...over,
});
const written = (over: Partial<WrittenMessage> = {}): MessageEvent => ({ kind: 'written', message: writtenMessageOf('hello', over) });
const ref = { channel: 'slack:C1', messageId: '1700000000.000000', atUs: 1_700_000_000_000_001 } as const;
const reaction = (emoji: string, member = 'U2'): MessageEvent => ({ kind: 'reaction', ...ref, reaction: { emoji, member }, isSet: true });
const bot = (ids: Partial<WrittenMessage['author']>): Partial<WrittenMessage> => ({
  author: { member: null, bot: null, app: null, ...ids },
});

describe('an event of a channel that feeds publish', () => {
  const approved = [feedOf({ approval: approvalSample })];
  const board = [feedOf({ source: 'visits', approval: approvalSample })];
  const closed = [feedOf({ isOpen: false })];
  const cases: [string, MessageEvent, Partial<WhatIsKnown>, Decision][] = [
    ['is taken', written(), {}, 'take'],
    ['is taken from another bot, for the worker to decide whether that may post', written(bot({ bot: 'B1', app: 'A1' })), {}, 'take'],
    ['is ours by the member', written(bot({ member: 'U0WATCH' })), {}, 'own'],
    ['is ours by the bot', written(bot({ bot: 'B0WATCH' })), {}, 'own'],
    ['is ours by the app alone, before Slack has said who we are', written(bot({ bot: 'B9', app: 'A0WATCH' })), { identity: null }, 'own'],
    ['may be ours while nobody knows', written(bot({ bot: 'B1' })), { identity: null }, 'unsure'],
    ['of a person is taken while nobody knows who we are', written(), { identity: null }, 'take'],
    ['of another app is taken while nobody knows who we are', written(bot({ bot: 'B1', app: 'A1' })), { identity: null }, 'take'],
    ['is none in a direct message', written({ channel: 'slack:D1' }), {}, 'direct'],
    ['is none in a direct message of several', written({ isDirect: true }), {}, 'direct'],
    ['is taken from a private channel that the file names', written({ channel: 'slack:G1' }), {}, 'take'],
    ['is none in the admin channel', written({ channel: 'slack:C0ADMINS' }), {}, 'admin-channel'],
    ['is none of a deletion in the admin channel', { kind: 'deleted', ...ref, channel: 'slack:C0ADMINS' }, {}, 'admin-channel'],
    ['is a new message after all feeds were closed', written(), { feeds: closed }, 'closed'],
    ['is a new message after one of two was closed', written(), { feeds: [...closed, feedOf({ slug: 'other' })] }, 'take'],
    ['is an edit after it was closed', written({ atUs: 1_700_000_060_000_000, isEdited: true }), { feeds: closed }, 'take'],
    ['is a deletion after it was closed', { kind: 'deleted', ...ref }, { feeds: closed }, 'take'],
    ['is an edit of what was posted before', written({ atUs: 1_700_000_060_000_000, isEdited: true }), { takes: () => false }, 'before'],
    ['is a preview of what was posted before', written({ atUs: 1_700_000_001_000_000 }), { takes: () => false }, 'before'],
    ['is a new message whatever the clocks say', written(), { takes: () => false }, 'take'],
    ['was read from the history, and posted before', written(), { takes: () => false, isLate: true }, 'before'],
    ['was read from the history, posted before it was closed', written(), { feeds: closed, isLate: true }, 'take'],
    ['stands beside the posts of a board', written(), { feeds: board }, 'board'],
    ['is the end of a post of a board', { kind: 'deleted', ...ref }, { feeds: board }, 'take'],
    ['approves a post of a board', reaction('white_check_mark'), { feeds: board }, 'take'],
    ['approves', reaction('white_check_mark'), { feeds: approved }, 'take'],
    ['approves after it was closed', reaction('white_check_mark'), { feeds: [{ ...approved[0]!, isOpen: false }] }, 'take'],
    [
      'approves by another name of the emoji',
      reaction('+1'),
      { feeds: [feedOf({ approval: { ...approvalSample, emoji: ['thumbsup'] } })] },
      'take',
    ],
    ['approves by the same emoji in another skin tone', reaction('+1::skin-tone-4'), { feeds: thumbsUp }, 'take'],
    ['is another reaction', reaction('eyes'), { feeds: approved }, 'no-approval'],
    ['is a reaction where nothing is approved', reaction('white_check_mark'), {}, 'no-approval'],
    ['is our own reaction', reaction('white_check_mark', 'U0WATCH'), { feeds: approved }, 'own'],
    ['is a reply', written({ thread: '1699999999.000000' }), {}, 'take'],
    ['is a reply where only broadcasts are published', written({ thread: 'T' }), { feeds: [feedOf({ threads: 'broadcasts' })] }, 'reply'],
    ['is a broadcast', written({ thread: 'T', isBroadcast: true }), { feeds: [feedOf({ threads: 'broadcasts' })] }, 'take'],
    [
      'is a broadcast where no reply is published',
      written({ thread: 'T', isBroadcast: true }),
      { feeds: [feedOf({ threads: 'none' })] },
      'reply',
    ],
  ];
  it.each(cases)('%s', (_what, event, over, decision) => {
    expect(decide(event, known(over))).toBe(decision);
  });
});
