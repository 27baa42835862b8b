import { describe, expect, it } from 'vitest';
import { readEvent } from '@watchpost/slack/content/read-message';

const [ts, changedAt] = ['1700000000.000100', '1700000060.000200'];
const event = (over: Record<string, unknown>) => ({
  type: 'message',
  channel: 'C1',
  channel_type: 'channel',
  ts,
  event_ts: ts,
  user: 'U1',
  text: 'words',
  ...over,
});
const changed = (message: unknown, over: Record<string, unknown> = {}) =>
  event({
    subtype: 'message_changed',
    hidden: true,
    ts: changedAt,
    event_ts: changedAt,
    user: undefined,
    text: undefined,
    message,
    ...over,
  });
const version = (text: string, over: Record<string, unknown> = {}) => ({ type: 'message', user: 'U1', ts, text, ...over });

/** What happened, in short. */
function happened(raw: unknown): unknown {
  const read = readEvent(raw);
  if (!read || read.kind === 'deleted') return read;
  const { content, messageId, thread } = read.message;
  const [texts, before] = [content.texts, content.before].map((list) => list?.map(({ text }) => text));
  return { kind: read.kind, messageId, thread, texts, before: before ?? null, atMs: read.atMs };
}
const posted = (texts: string[], over: object = {}) => ({
  kind: 'posted',
  messageId: ts,
  thread: null,
  texts,
  before: null,
  atMs: 1_700_000_000_000,
  ...over,
});

describe('a message event', () => {
  it.each([undefined, 'file_share', 'bot_message', 'me_message', 'file_comment', 'channel_topic', 'group_purpose', 'something_new'])(
    'of subtype %s is a post',
    (subtype) => {
      expect(happened(event({ subtype }))).toEqual(posted(['words']));
    },
  );

  it('of a reply that is sent to the channel too is a reply, without the words of the message that it replies to', () => {
    const root = { ts: '1600000000.000100', text: 'words of somebody else', attachments: [{ text: 'also' }] };
    expect(happened(event({ subtype: 'thread_broadcast', thread_ts: root.ts, root }))).toEqual(posted(['words'], { thread: root.ts }));
  });

  it.each([
    event({ subtype: 'message_replied', message: version('words') }),
    event({ subtype: 'ekm_access_denied', user: 'UREVOKEDU' }),
    event({ subtype: 'channel_join', text: '<@U1> has joined the channel' }),
    event({ subtype: 'group_archive' }),
    event({ subtype: 'tombstone' }),
    event({ subtype: 'some_state', hidden: true }),
    event({ type: 'app_mention' }),
    event({ type: 'reaction_added' }),
    event({ ts: 'yesterday' }),
    event({ channel: { id: 'C1' } }),
    event({ channel: 'C1/../x' }),
    null,
    'message',
  ])('in which nobody wrote anything is none: %j', (raw) => {
    expect(readEvent(raw)).toBeNull();
  });
});

it('is dated by its own time, not by that of the message', () => {
  expect(readEvent(event({ event_ts: changedAt }))).toMatchObject({ atMs: 1_700_000_060_000, message: { postedAtMs: 1_700_000_000_000 } });
  expect(readEvent(event({ event_ts: undefined }))).toMatchObject({ atMs: 1_700_000_000_000 });
});

describe('an edit', () => {
  it('has both versions, the author of the message, and the time of the edit', () => {
    const raw = changed(version('after', { edited: { user: 'U1', ts: changedAt } }), { previous_message: version('before') });
    expect(happened(raw)).toEqual({
      kind: 'edited',
      messageId: ts,
      thread: null,
      texts: ['after'],
      before: ['before'],
      atMs: 1_700_000_060_000,
    });
    expect(readEvent(raw)).toMatchObject({ message: { author: { member: 'U1' }, isDirect: false, postedAtMs: 1_700_000_000_000 } });
  });

  it('without the earlier version is one all the same', () => {
    expect(happened(changed(version('after')))).toMatchObject({ kind: 'edited', texts: ['after'], before: null });
  });

  it('is also what Slack adds: a link’s preview without a mark that somebody edited', () => {
    const url = 'https://x.example/';
    const attachments = [{ from_url: url, title: 'a title', text: 'what is behind the link' }];
    const raw = changed(version(`<${url}>`, { attachments }), { previous_message: version(`<${url}>`) });
    expect(happened(raw)).toMatchObject({ texts: [url, 'a title', 'what is behind the link'], before: [url] });
  });

  it('of a reply and in a direct message is known as such', () => {
    const raw = changed(version('after', { thread_ts: '1600000000.000100' }), { channel: 'C9', channel_type: 'mpim' });
    expect(readEvent(raw)).toMatchObject({ message: { thread: '1600000000.000100', isDirect: true } });
  });

  it('with the same words says so: both versions are equal', () => {
    const read = readEvent(changed(version('same'), { previous_message: version('same') }));
    expect(read).toMatchObject({ message: { content: { texts: [{ text: 'same' }], before: [{ text: 'same' }] } } });
  });

  it.each([null, 'x', {}, { ts: 'x' }])('of which nothing is told is none: %j', (message) => {
    expect(readEvent(changed(message))).toBeNull();
  });
});

describe('a deletion', () => {
  const gone = { kind: 'deleted', channel: 'slack:C1', messageId: ts, atMs: 1_700_000_060_000 };
  const deleted = (over: Record<string, unknown>) =>
    event({ subtype: 'message_deleted', hidden: true, ts: changedAt, event_ts: changedAt, ...over });

  it('is of the message that it names, not of the event', () => {
    expect(readEvent(deleted({ deleted_ts: ts, previous_message: version('words') }))).toEqual(gone);
    expect(readEvent(deleted({ deleted_ts: ts }))).toEqual(gone);
    expect(readEvent(deleted({ previous_message: version('words') }))).toEqual(gone);
    expect(readEvent(deleted({}))).toBeNull();
  });

  it.each(['tombstone', 'dlp_tombstone'])('is also a %s in the place of a thread’s first message', (subtype) => {
    const stone = { subtype, user: 'USLACKBOT', hidden: true, ts, thread_ts: ts, reply_count: 2, text: 'This message was deleted.' };
    expect(readEvent(changed(stone, { previous_message: version('words') }))).toEqual(gone);
  });
});
