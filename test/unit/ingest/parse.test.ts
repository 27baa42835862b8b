import { parseDelivery, tokenOf } from '@watchpost/ingest/platforms/slack/2-parse';
import { describe, expect, it } from 'vitest';
import { fileShare } from '../../support/signed-slack-request.ts';

describe('a delivery', () => {
  it('is a handshake', () => {
    expect(parseDelivery({ token: 't', type: 'url_verification', challenge: 'abc' })).toEqual({ kind: 'handshake', challenge: 'abc' });
  });

  it('is the news that Slack drops events', () => {
    const body = { token: 't', type: 'app_rate_limited', team_id: 'T1', minute_rate_limited: 1_518_467_820, api_app_id: 'A1' };
    expect(parseDelivery(body)).toEqual({ kind: 'rate-limited', minute: 1_518_467_820 });
  });

  it.each([undefined, 'file_share', 'bot_message', 'thread_broadcast'])('is a message of subtype %s, unknown fields and all', (subtype) => {
    const delivery = parseDelivery({ ...fileShare({ subtype, new_field: { a: 1 }, thread_ts: '1699999999.000001' }), another_new_one: [] });
    expect(delivery).toMatchObject({
      kind: 'message',
      ourAppId: 'A0WATCH',
      message: {
        channel: 'C0CAMS',
        messageId: '1700000000.000100',
        postedAtMs: 1_700_000_000_000,
        threadId: '1699999999.000001',
        author: { userId: 'U0CAM', botId: 'B0CAM', appId: null },
        malformedFiles: 0,
      },
    });
  });

  it.each(['message_changed', 'message_deleted', 'channel_join', 'message_replied', 'something_new'])(
    'of subtype %s is ignored',
    (subtype) => {
      expect(parseDelivery(fileShare({ subtype }))).toEqual({ kind: 'ignored', reason: 'other-subtype' });
    },
  );

  it.each([
    [fileShare({ type: 'file_shared' }), 'other-event'],
    [fileShare({ type: 'reaction_added' }), 'other-event'],
    [{ type: 'event_callback' }, 'unknown-type'],
    [{ type: 'something_new' }, 'unknown-type'],
    [{}, 'unknown-type'],
    [null, 'unknown-type'],
    [[], 'unknown-type'],
    ['text', 'unknown-type'],
    [fileShare({ channel: undefined }), 'malformed'],
    [fileShare({ channel: 'C1 C2' }), 'malformed'],
    [fileShare({ ts: 1_700_000_000 }), 'malformed'],
    [fileShare({ ts: '1700000000.000100; drop' }), 'malformed'],
  ])('%# is ignored', (body, reason) => {
    expect(parseDelivery(body)).toEqual({ kind: 'ignored', reason });
  });

  it('loses nothing but what is wrong with it', () => {
    const files = ['text', null, { id: 'F1', mimetype: 'image/png', size: 'large', name: 'a.png' }];
    const delivery = parseDelivery(fileShare({ user: 7, bot_profile: 'x', text: null, thread_ts: 5, files }));
    expect(delivery).toMatchObject({
      kind: 'message',
      message: { author: { userId: null, botId: 'B0CAM' }, text: '', threadId: null, files: [{ id: 'F1', size: null }], malformedFiles: 2 },
    });
  });
});

describe('the verification token', () => {
  it('stands at the top of every body', () => {
    expect(tokenOf({ token: 'abc' })).toBe('abc');
    expect(tokenOf({ token: 7 })).toBeNull();
    expect(tokenOf(null)).toBeNull();
    expect(tokenOf({ event: { token: 'abc' } })).toBeNull();
  });
});
