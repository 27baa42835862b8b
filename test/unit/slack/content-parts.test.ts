import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageContentSchema } from '@watchpost/shared/chat/message';
import { readEvent, readMessage } from '@watchpost/slack/content/read-message';

// In pieces, so that nobody takes it for a real one.
const key = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
const read = (raw: Record<string, unknown>) => readMessage({ type: 'message', ts: '1700000000.000100', user: 'U1', ...raw }, 'C1')!;
const said = (raw: Record<string, unknown>) => read(raw).content.texts.map(({ where, text }) => `${where}: ${text}`);

describe('attachments', () => {
  it('are read whole: every field that somebody or an app can see, each once', () => {
    const attachment = {
      id: 1,
      color: 'ff0000',
      ts: '1700000000',
      mrkdwn_in: ['text'],
      fallback: '[no preview] fallback words',
      pretext: 'before &amp; above',
      author_name: 'Ada',
      author_link: 'https://x.example/ada',
      title: 'Title',
      title_link: 'https://x.example/title',
      text: '*body* <https://x.example/in|in it>',
      fields: [{ title: 'Field', value: key, short: true }],
      footer: 'small print',
      image_url: 'https://x.example/i.png',
      service_name: 'Service',
      actions: [{ type: 'button', name: 'go', text: 'Go', value: 'hidden value', url: 'https://x.example/go' }],
    };
    expect(said({ attachments: [attachment] })).toEqual([
      'attachment 1: before & above',
      'attachment 1: Ada',
      'attachment 1: Title',
      'attachment 1: body in it',
      'attachment 1: link: https://x.example/in',
      'attachment 1: small print',
      `attachment 1: Field\n${key}`,
      'attachment 1: go\nGo',
      'attachment 1: link: https://x.example/go',
      'attachment 1: hidden field: hidden value',
      'attachment 1: link: https://x.example/ada',
      'attachment 1: link: https://x.example/title',
      'attachment 1: link: https://x.example/i.png',
      'attachment 1: Service',
      'attachment 1: [no preview] fallback words',
    ]);
  });

  it('that quote a message of another channel are read, and what they repeat of it is not', () => {
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: `see ${key}` }] }] }];
    const quoted = {
      is_msg_unfurl: true,
      from_url: 'https://x.slack.com/archives/C2/p1',
      text: 'see this',
      fallback: `[November 14th] ada: see ${key}`,
      message_blocks: [{ team: 'T1', channel: 'C2', ts: '1.2', message: { blocks } }],
      files: [{ id: 'F2', name: 'quoted.txt', title: 'Quoted' }],
    };
    expect(said({ text: 'look', attachments: [{ text: 'first' }, quoted] })).toEqual([
      'text: look',
      'attachment 1: first',
      `attachment 2: see ${key}`,
      'attachment 2: see this',
      'attachment 2: link: https://x.slack.com/archives/C2/p1',
      `attachment 2: [November 14th] ada: see ${key}`,
      'attachment 2 / file 1: name: quoted.txt',
      'attachment 2 / file 1: title: Quoted',
    ]);
  });

  it('are left out where they say the same as the message, word for word', () => {
    const url = `https://x.example/?key=${key}`;
    const attachments = [{ from_url: url, title_link: url, text: 'behind it' }];
    expect(said({ text: `see <${url}>`, attachments })).toEqual([`text: see ${url}`, 'attachment 1: behind it']);
    expect(said({ text: key, attachments: [{ text: `${key}2` }] })).toEqual([`text: ${key}`, `attachment 1: ${key}2`]);
  });
});

describe('files', () => {
  const file = (over: Record<string, unknown>) => ({ id: 'F1', name: 'a.txt', title: 'a.txt', mimetype: 'text/plain', size: 3, ...over });

  it('are named by number, as a name may be the secret; what repeats is left out', () => {
    const files = [file({}), file({ id: 'F2', name: `${key}.png`, title: 'Holiday', alt_txt: 'A &amp; B', mimetype: 'image/png' })];
    expect(said({ text: 'two files', subtype: 'file_share', files })).toEqual([
      'text: two files',
      'file 1: name: a.txt',
      `file 2: name: ${key}.png`,
      'file 2: title: Holiday',
      'file 2: description: A & B',
    ]);
    expect(read({ files }).content.files.map(({ id, mimeType, sizeBytes }) => [id, mimeType, sizeBytes])).toEqual([
      ['F1', 'text/plain', 3],
      ['F2', 'image/png', 3],
    ]);
  });

  it('have previews, comments, e-mail fields and transcriptions', () => {
    const mail = file({
      subject: 'Hello',
      plain_text: 'a mail',
      from: [{ address: 'ada@example.com', name: 'Ada', original: 'Ada <ada@example.com>' }],
      preview: key,
      initial_comment: { id: 'Fc1', user: 'U1', comment: 'a &lt;comment&gt;' },
      transcription: { status: 'complete', preview: { content: 'spoken words', has_more: false } },
    });
    expect(said({ files: [mail] })).toEqual(
      expect.arrayContaining([
        'file 1: subject: Hello',
        'file 1: preview: a mail',
        `file 1: preview: ${key}`,
        'file 1: sender: ada@example.com',
        'file 1: comment: a <comment>',
        'file 1: transcription: spoken words',
      ]),
    );
  });

  it('that are gone, or odd, are not fetched; their names count, after those of the others', () => {
    const files = [file({ mode: 'tombstone', name: 'gone.txt' }), { name: 'without an id.txt' }, 'only words', null, file({ id: 'F3' })];
    const { content } = read({ files });
    expect(content.files.map(({ id }) => id)).toEqual(['F3']);
    expect(content.texts).toEqual([
      { where: 'file 1: name', text: 'a.txt' },
      { where: 'file 2: name', text: 'gone.txt' },
      { where: 'file 2: title', text: 'a.txt' },
      { where: 'file 3: name', text: 'without an id.txt' },
      { where: 'file 4', text: 'only words' },
    ]);
  });

  it('with an id that is none of Slack’s are not fetched', () => {
    expect(read({ files: [file({ id: 'F1/../F2' })] }).content.files).toEqual([]);
  });

  it('count by themselves, also where the message says their name: they outlive it', () => {
    expect(said({ text: `see ${key}`, files: [file({ name: key, title: key })] })).toEqual([`text: see ${key}`, `file 1: name: ${key}`]);
  });

  it('that Slack hides, or that are elsewhere, are there: nobody knows that they are clean', () => {
    const files = [
      file({ mode: 'hidden_by_limit' }),
      file({ id: 'F2', mode: 'external', is_external: true, external_url: 'https://docs.example/d' }),
    ];
    expect(read({ files }).content.files.map(({ id }) => id)).toEqual(['F1', 'F2']);
    expect(said({ files })).toContain('file 2: link: https://docs.example/d');
  });
});

describe('what else an app can see of a message', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['the name that it was posted under', { username: key }, `username: ${key}`],
    ['its metadata', { metadata: { event_type: 'e', event_payload: { a: key, b: [{ c: 1 }] } } }, `metadata: ${key}`],
    ['a channel’s topic', { subtype: 'channel_topic', topic: key, text: '' }, `topic: ${key}`],
    ['a channel’s purpose', { subtype: 'channel_purpose', purpose: key, text: '' }, `purpose: ${key}`],
    ['a channel’s name', { subtype: 'channel_name', name: key, old_name: 'x', text: '' }, `channel name: ${key}`],
  ])('is read: %s', (_what, raw, expected) => {
    expect(said(raw)).toEqual([expected]);
  });

  it('is who wrote it: a member, a bot, an app', () => {
    expect(read({}).author).toEqual({ member: 'U1', bot: null, app: null });
    expect(read({ user: undefined, bot_id: 'B1', bot_profile: { app_id: 'A1' } }).author).toEqual({ member: null, bot: 'B1', app: 'A1' });
    expect(read({ bot_id: 'B1', app_id: 'A2', user: 'no id: spaces' }).author).toEqual({ member: null, bot: 'B1', app: 'A2' });
  });

  it('is its thread, unless it begins it', () => {
    expect(read({ thread_ts: '1600000000.000100' }).thread).toBe('1600000000.000100');
    expect(read({ thread_ts: '1700000000.000100' }).thread).toBeNull();
    expect(read({}).postedAtMs).toBe(1_700_000_000_000);
  });

  it.each([
    ['D1', undefined, true],
    ['G1', undefined, true],
    ['G1', 'group', false],
    ['C1', 'mpim', true],
    ['C1', 'channel', false],
    ['C1', undefined, false],
  ])('is whether it is direct: in %s of type %s it is %s', (channel, channelType, direct) => {
    expect(readMessage({ ts: '1.000001', text: 'a', channel_type: channelType }, channel)?.isDirect).toBe(direct);
  });
});

describe('whatever comes', () => {
  const message = fc.record(
    {
      ts: fc.constantFrom('1700000000.000100', '1', 'x'),
      text: fc.anything(),
      subtype: fc.anything(),
      blocks: fc.anything(),
      attachments: fc.anything(),
      files: fc.anything(),
      metadata: fc.anything(),
      user: fc.anything(),
    },
    { requiredKeys: ['ts'] },
  );

  it('never throws, and is a message or none', () => {
    fc.assert(
      fc.property(message, fc.anything(), (raw, odd) => {
        for (const each of [raw, odd])
          expect(messageContentSchema.nullable().safeParse(readMessage(each, 'C1')?.content ?? null).success).toBe(true);
        readEvent(odd);
        readEvent({ type: 'message', channel: 'C1', ...raw });
        readEvent({ type: 'message', channel: 'C1', subtype: 'message_changed', message: raw, previous_message: odd });
      }),
      { numRuns: 150 },
    );
  });

  it('loses no numbers', () => {
    const card = Number(['41111111', '11111111'].join(''));
    const table = { type: 'table', rows: [[{ type: 'raw_number', value: card }]] };
    expect(said({ blocks: [table] })).toEqual([`hidden field: ${String(card)}`]);
    expect(said({ attachments: [{ fields: [{ title: 'Card', value: card }] }] })).toEqual([`attachment 1: Card\n${String(card)}`]);
    expect(said({ metadata: { event_type: 'x', event_payload: { deep: [{ card }] } } })).toEqual([`metadata: ${String(card)}`]);
  });

  it('loses no words, however deep they are', () => {
    const deep = (levels: number, inside: unknown): unknown =>
      levels === 0 ? inside : { type: 'x', elements: [deep(levels - 1, inside)] };
    const blocks = [deep(2_000, { type: 'mrkdwn', text: key })];
    expect(said({ blocks })).toEqual([`hidden field: ${key}`]);
    const quoted = { type: 'rich_text', elements: [deep(500, { type: 'text', text: key })] };
    expect(said({ blocks: [quoted] })).toEqual([`hidden field: ${key}`]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['marks', { text: '*_~`'.repeat(25_000) }],
    ['half marks', { text: '*a _b ~c `d ```e'.repeat(7_000) }],
    ['brackets', { text: '<'.repeat(50_000) + '<a|'.repeat(20_000) }],
    ['Markdown', { blocks: [{ type: 'markdown', text: '['.repeat(30_000) + '[]('.repeat(30_000) + '`'.repeat(40_000) }] }],
    ['what nobody sees', { text: '\u200b\u{E0041}'.repeat(30_000) }],
    ['spaces', { text: `a${' \n\t'.repeat(35_000)}b` }],
    ['bullets', { text: '1. a. > • '.repeat(10_000) }],
    ['hidden values', { blocks: [{ type: 'x', values: Array.from({ length: 20_000 }, (_, index) => `v${String(index)}`) }] }],
    ['many small texts', { attachments: Array.from({ length: 1_000 }, (_, index) => ({ text: `text ${String(index)}`, fallback: 'x' })) }],
  ])('is read at once: 100 kB of %s', (_what, raw) => {
    // Of the processor, and the best of some: other work on the machine counts too. Quadratic, it would be many seconds.
    const tookMs = [1, 2, 3, 4].map(() => {
      const started = process.cpuUsage();
      read(raw);
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1_000;
    });
    expect(Math.min(...tookMs)).toBeLessThan(300);
  });
});
