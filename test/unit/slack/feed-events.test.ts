import { describe, expect, it } from 'vitest';
import { readFeedEvent } from '@watchpost/slack/written/read-feed-event';

const [ts, changedAt] = ['1700000000.000100', '1700000060.000200'];
const [atUs, changedUs] = [1_700_000_000_000_100, 1_700_000_060_000_200];
const posted = (over: Record<string, unknown> = {}) => ({
  type: 'message',
  channel: 'C1',
  channel_type: 'channel',
  ts,
  event_ts: ts,
  user: 'U1',
  text: 'words',
  ...over,
});
const hidden = (over: Record<string, unknown>) =>
  posted({ hidden: true, ts: changedAt, event_ts: changedAt, user: undefined, text: undefined, ...over });
const changed = (message: unknown, over: Record<string, unknown> = {}) => hidden({ subtype: 'message_changed', message, ...over });
const version = (over: Record<string, unknown> = {}) => ({ type: 'message', user: 'U1', ts, text: 'new words', ...over });
const gone = { kind: 'deleted', channel: 'slack:C1', messageId: ts, atUs: changedUs };

describe('events of messages', () => {
  it('are what was written, with the channel’s kind', () => {
    expect(readFeedEvent(posted())).toMatchObject({ kind: 'written', message: { messageId: ts, atUs, isEdited: false, reactions: null } });
    expect(readFeedEvent(posted({ channel_type: 'im', channel: 'D1' }))).toMatchObject({ message: { isDirect: true } });
  });

  it('are edits of the same message, as old as the event', () => {
    expect(readFeedEvent(changed(version({ edited: { user: 'U1', ts: '1700000059.000000' } })))).toMatchObject({
      kind: 'written',
      message: { messageId: ts, atUs: changedUs, isEdited: true, channel: 'slack:C1' },
    });
  });

  it('are edits also where Slack does not call them so, as of apps, but not edited by anybody', () => {
    expect(readFeedEvent(changed(version({ bot_id: 'B1' })))).toMatchObject({ message: { atUs: changedUs, isEdited: false } });
    expect(readFeedEvent(changed(version(), { event_ts: undefined }))).toMatchObject({ message: { atUs: changedUs } });
  });

  it('know deletions by the message’s own time, also of the first message of a thread', () => {
    expect(readFeedEvent(hidden({ subtype: 'message_deleted', deleted_ts: ts }))).toEqual(gone);
    expect(readFeedEvent(hidden({ subtype: 'message_deleted', previous_message: version() }))).toEqual(gone);
    expect(readFeedEvent(changed({ subtype: 'tombstone', user: 'USLACKBOT', hidden: true, ts, thread_ts: ts, reply_count: 1 }))).toEqual(
      gone,
    );
    expect(readFeedEvent(changed({ subtype: 'dlp_tombstone', ts }))).toEqual(gone);
    expect(readFeedEvent(hidden({ subtype: 'message_deleted' }))).toBeNull();
  });

  it.each<[string, unknown]>([
    ['joins', posted({ subtype: 'channel_join' })],
    ['a reply’s second event', hidden({ subtype: 'message_replied', message: version() })],
    ['a changed notice', changed(version({ subtype: 'channel_topic' }))],
    ['a change of nothing', changed(undefined)],
    ['a message of no channel', posted({ channel: undefined })],
    ['an odd channel', posted({ channel: 'C1/../C2' })],
    ['other events', { type: 'app_home_opened', user: 'U1' }],
    ['no event', 'message'],
  ])('are not: %s', (_what, event) => {
    expect(readFeedEvent(event)).toBeNull();
  });
});

describe('events of reactions', () => {
  const reaction = (over: Record<string, unknown> = {}) => ({
    type: 'reaction_added',
    user: 'U2',
    reaction: 'white_check_mark',
    item_user: 'U1',
    item: { type: 'message', channel: 'C1', ts },
    event_ts: changedAt,
    ...over,
  });
  const read = {
    kind: 'reaction',
    channel: 'slack:C1',
    messageId: ts,
    reaction: { emoji: 'white_check_mark', member: 'U2' },
    isSet: true,
    atUs: changedUs,
  };

  it('are set and taken back, whatever their skin tone', () => {
    expect(readFeedEvent(reaction())).toEqual(read);
    expect(readFeedEvent(reaction({ type: 'reaction_removed', item_user: undefined }))).toEqual({ ...read, isSet: false });
    expect(readFeedEvent(reaction({ reaction: '+1::skin-tone-6' }))).toMatchObject({ reaction: { emoji: '+1', member: 'U2' } });
  });

  it.each<[string, Record<string, unknown>]>([
    ['of a file', { item: { type: 'file', file: 'F1' } }],
    ['of nothing', { item: null }],
    ['of nobody', { user: undefined }],
    ['without a time', { event_ts: undefined }],
    ['without a name', { reaction: '' }],
  ])('are not: %s', (_what, over) => {
    expect(readFeedEvent(reaction(over))).toBeNull();
  });
});

describe('events of profiles', () => {
  const user = { id: 'U1', name: 'ada', real_name: 'Ada L', deleted: false, updated: 1, tz: 'x' };
  const profile = { display_name: 'ada', real_name: 'Ada L', title: 'Editor', avatar_hash: 'abc', status_text: '', status_emoji: '' };
  const member = (over: object = {}, shown: object = {}, type = 'user_change') =>
    readFeedEvent({ type, user: { ...user, ...over, profile: { ...profile, ...shown } }, event_ts: ts });
  const digest = (...args: Parameters<typeof member>): string | null => {
    const read = member(...args);
    return read?.kind === 'profile' ? read.digest : null;
  };

  it('are a member’s, with one digest for as long as feeds show the same', () => {
    expect(member()).toEqual({ kind: 'profile', what: 'member', subject: 'U1', digest: expect.stringMatching(/^[\da-f]{16}$/) });
    expect(member({}, {}, 'user_profile_changed')).toEqual(member());
    for (const same of [digest({ updated: 2, tz: 'y' }), digest({}, { status_text: 'lunch', status_emoji: ':pizza:', huddle_state: 'in' })])
      expect(same).toBe(digest());
    const others = [
      digest({ deleted: true }),
      digest({ name: 'b' }),
      digest({ real_name: 'b' }),
      ...['display_name', 'real_name', 'title', 'avatar_hash'].map((key) => digest({}, { [key]: 'other' })),
    ];
    expect(new Set([digest(), ...others]).size).toBe(8);
  });

  it('are a channel’s new name', () => {
    const renamed = (name: string) => readFeedEvent({ type: 'channel_rename', channel: { id: 'C1', name, created: 1 }, event_ts: ts });
    expect(renamed('news')).toEqual({ kind: 'profile', what: 'channel', subject: 'C1', digest: expect.stringMatching(/^[\da-f]{16}$/) });
    expect(renamed('news')).not.toEqual(renamed('latest'));
  });

  it('are the workspace’s emoji, each change another one', () => {
    const emoji = (over: object) => readFeedEvent({ type: 'emoji_changed', event_ts: ts, ...over });
    const all = [
      emoji({}),
      emoji({ subtype: 'add', name: 'a', value: 'https://emoji.slack-edge.com/a.png' }),
      emoji({ subtype: 'add', name: 'a', value: 'https://emoji.slack-edge.com/a.png', event_ts: changedAt }),
      emoji({ subtype: 'remove', names: ['a'] }),
      emoji({ subtype: 'rename', old_name: 'a', new_name: 'b' }),
    ];
    for (const each of all) expect(each).toMatchObject({ kind: 'profile', what: 'emoji', subject: null });
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(all.length);
    expect(all[0]).toEqual(emoji({}));
  });

  it.each<[string, unknown]>([
    ['nobody’s', { type: 'user_change', user: null }],
    ['of an odd id', { type: 'user_change', user: { id: 'U1/..' } }],
    ['no channel’s', { type: 'channel_rename', channel: 'C1' }],
  ])('are not: %s', (_what, event) => {
    expect(readFeedEvent(event)).toBeNull();
  });
});
