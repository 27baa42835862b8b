import { describe, expect, it } from 'vitest';
import { readWritten } from '@watchpost/slack/written/read-written';

const ts = '1700000000.000100';
const message = (over: Record<string, unknown> = {}) => ({ type: 'message', ts, user: 'U1', text: 'words', ...over });
const read = (over: Record<string, unknown> = {}) => readWritten(message(over), 'C1');

describe('a message', () => {
  it('has its author, its place and its time, exact to the microsecond', () => {
    expect(read({ client_msg_id: 'x', team: 'T1' })).toEqual({
      channel: 'slack:C1',
      messageId: ts,
      thread: null,
      author: { member: 'U1', bot: null, app: null },
      postedAtMs: 1_700_000_000_000,
      isDirect: false,
      written: { blocks: [{ type: 'paragraph', inlines: [{ type: 'text', text: 'words' }] }], pictures: [], otherFiles: 0 },
      isEdited: false,
      isBroadcast: false,
      atUs: 1_700_000_000_000_100,
      reactions: [],
    });
    expect(read({ ts: '1700000000.123457' })?.atUs).toBe(1_700_000_000_123_457);
    expect(read({ ts: '1.5' })?.atUs).toBe(1_500_000);
  });

  it('is as old as its last edit', () => {
    expect(read({ edited: { user: 'U1', ts: '1700000060.000001' } })).toMatchObject({ isEdited: true, atUs: 1_700_000_060_000_001 });
    expect(read({ edited: { user: 'U1' } })).toMatchObject({ isEdited: true, atUs: 1_700_000_000_000_100 });
  });

  it('is a reply, or one that was sent to the channel too, without what it answers', () => {
    expect(read({ thread_ts: '1699999999.000100' })).toMatchObject({ thread: '1699999999.000100', isBroadcast: false });
    expect(read({ thread_ts: ts, reply_count: 2 })).toMatchObject({ thread: null });
    const broadcast = read({ subtype: 'thread_broadcast', thread_ts: '1699999999.000100', root: { text: 'the first one' } });
    expect(broadcast).toMatchObject({ thread: '1699999999.000100', isBroadcast: true });
    expect(JSON.stringify(broadcast)).not.toContain('the first one');
  });

  it.each<[string, Record<string, unknown>, object]>([
    ['an app', { bot_id: 'B1', app_id: 'A1' }, { member: 'U1', bot: 'B1', app: 'A1' }],
    [
      'an old integration',
      { subtype: 'bot_message', user: undefined, bot_id: 'B1', username: 'Weather' },
      { member: null, bot: 'B1', app: null },
    ],
    ['an app that its profile names', { bot_profile: { id: 'B2', app_id: 'A2' } }, { member: 'U1', bot: 'B2', app: 'A2' }],
    ['Slack itself', { user: 'USLACKBOT' }, { member: 'USLACKBOT', bot: 'USLACKBOT', app: null }],
  ])('of %s is a bot’s', (_what, over, author) => {
    expect(read(over)?.author).toEqual(author);
  });

  it.each<[string, unknown]>([
    ...'channel_join channel_leave channel_topic channel_purpose channel_name channel_archive channel_unarchive group_join group_leave bot_add bot_remove pinned_item reminder_add tombstone dlp_tombstone ekm_access_denied message_replied huddle_thread channel_convert_to_private something_new'
      .split(' ')
      .map((subtype): [string, unknown] => [subtype, message({ subtype })]),
    ['what only one member sees', message({ is_ephemeral: true })],
    ['what is hidden', message({ hidden: true })],
    ['a message without a time', message({ ts: undefined })],
    ['a time that is none', message({ ts: '1700000000' })],
    ['a time that is no number we can count', message({ ts: '999999999999.000000' })],
    ['a text', 'words'],
    ['nothing', null],
  ])('is not: %s', (_what, raw) => {
    expect(readWritten(raw, 'C1')).toBeNull();
  });
});

describe('files of a message', () => {
  const files = (...list: Record<string, unknown>[]) => read({ subtype: 'file_share', files: list })!.written;

  it('are pictures with their alternative texts and titles', () => {
    const file = {
      id: 'F1',
      name: 'IMG_1.HEIC',
      title: 'The bridge',
      alt_txt: ' A bridge in fog ',
      mimetype: 'image/heic',
      filetype: 'heic',
      size: 1_000,
      url_private: 'https://files.slack.com/p/F1',
      url_private_download: 'https://files.slack.com/d/F1',
      thumb_1024: 'https://files.slack.com/t/F1',
    };
    expect(files(file)).toMatchObject({
      otherFiles: 0,
      pictures: [
        {
          id: 'F1',
          name: 'IMG_1.HEIC',
          mimeType: 'image/heic',
          sizeBytes: 1_000,
          url: 'https://files.slack.com/d/F1',
          thumbnailUrl: 'https://files.slack.com/t/F1',
          altText: 'A bridge in fog',
          title: 'The bridge',
        },
      ],
    });
  });

  it.each(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'image/tiff', 'IMAGE/PNG'])(
    'are pictures if they are %s',
    (mimetype) => expect(files({ id: 'F1', name: 'x', mimetype }).pictures).toHaveLength(1),
  );

  it.each(['a.jpg', 'a.JPEG', 'a.png', 'a.heif', 'a.webp', 'a.tif'])('are pictures if they are called %s and have no type', (name) => {
    expect(files({ id: 'F1', name }, { id: 'F2', name, mimetype: 'application/octet-stream' }).pictures).toHaveLength(2);
  });

  it('are all pictures in their order, not only the first, and the others are counted', () => {
    const { pictures, otherFiles } = files(
      { id: 'F1', mimetype: 'image/png', name: 'a.png', title: 'a.png' },
      { id: 'F2', mimetype: 'application/pdf', name: 'b.png' },
      { id: 'F3', mode: 'tombstone' },
      { id: 'F4', mimetype: 'image/jpeg', name: 'c.jpg', title: 'c' },
      { id: 'F5', mimetype: 'image/jpeg', is_external: true },
      { id: 'F7', mimetype: 'image/jpeg', mode: 'external' },
      { id: 'F6', file_access: 'check_file_info' },
    );
    expect(pictures.map(({ id, title, altText }) => [id, title, altText])).toEqual([
      ['F1', null, null],
      ['F4', null, null],
    ]);
    expect(otherFiles).toBe(4);
  });
});

describe('reactions of a message', () => {
  const reactions = (list: unknown, from?: 'event') => readWritten(message({ reactions: list }), 'C1', from)?.reactions;

  it('are those of its history, whatever their skin tones, each once', () => {
    expect(
      reactions([
        { name: '+1', users: ['U1', 'U2'], count: 2 },
        { name: '+1::skin-tone-3', users: ['U2'], count: 1 },
        { name: 'no-entry', users: [7, ''], count: 2 },
      ]),
    ).toEqual([
      { emoji: '+1', member: 'U1' },
      { emoji: '+1', member: 'U2' },
    ]);
  });

  it('are not known where Slack names only some of the members', () => {
    expect(reactions([{ name: '+1', users: ['U1'], count: 60 }])).toBeNull();
  });

  it('are not known of an event, which has none', () => {
    expect(reactions([{ name: '+1', users: ['U1'], count: 1 }], 'event')).toBeNull();
    expect(readWritten(message(), 'C1', 'event')?.reactions).toBeNull();
  });
});
