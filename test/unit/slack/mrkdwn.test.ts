import { renderMrkdwn } from '@watchpost/slack/mrkdwn';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const joiner = '\u2060';
const plain = (text: string): string => renderMrkdwn([{ text }]);
const withoutJoiners = (text: string): string => text.replaceAll(joiner, '');
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Bold, italics and strike: not inside a word, and no space next to what they enclose. */
const emphasis: Record<string, RegExp> = {
  bold: /(?<![A-Za-z0-9])\*(?!\s)[^*\n]*(?<!\s)\*(?![A-Za-z0-9])/u,
  italics: /(?<![A-Za-z0-9])_(?!\s)[^_\n]*(?<!\s)_(?![A-Za-z0-9])/u,
  strike: /(?<![A-Za-z0-9])~(?!\s)[^~\n]*(?<!\s)~(?![A-Za-z0-9])/u,
};

/** What else Slack takes for markup in a text, by its documentation and by what its clients are seen to do.  */
const others: Record<string, RegExp> = {
  code: /(?<![A-Za-z0-9\u2060])`[^`\n]+`/u,
  emoji: /:(?!(?<=\d:)\d{2}:\d)[\p{L}\p{N}_+'-]+:/u,
  address: /[a-z]:\/\/[^\s\u2060]|\b(?:mailto|tel):[^\s\u2060]|\bwww\.[^\s\u2060]|[^\s\u2060]@[^\s\u2060]/iu,
  domain: /[\p{L}\p{N}_-]\.\p{L}{2}/u,
  mention: /@[^\s\u2060]|<[!@#]/u,
  channel: /(?<![\p{L}\p{N}])#[\p{L}\p{N}]/u,
  quote: /^[^\S\n]*&gt;/mu,
  list: /^[^\S\n]*(?:[-•◦▪*+]|\d+[.)])[^\S\n]/mu,
};

/** The markup in a rendered text. The joiner is neither a letter nor a space to Unicode; whichever a client takes it for, none may be there. */
function found(rendered: string): string[] {
  const kinds = (rules: Record<string, RegExp>, text: string): string[] =>
    Object.entries(rules).flatMap(([kind, rule]) => (rule.test(text) ? kind : []));
  return [
    ...kinds(emphasis, rendered.replaceAll(joiner, 'x')),
    ...kinds(emphasis, rendered.replaceAll(joiner, ' ')),
    ...kinds(others, rendered),
  ];
}

describe('mrkdwn', () => {
  it('escapes the three control characters, once', () => {
    expect(withoutJoiners(renderMrkdwn([{ text: '<!channel> & <@U1>' }, { text: ' &amp;' }]))).toBe(
      '&lt;!channel&gt; &amp; &lt;@U1&gt; &amp;amp;',
    );
  });

  it('renders a link with its text, and leaves the address as it is', () => {
    expect(renderMrkdwn([{ text: 'see ' }, { text: 'a > b', link: 'https://example.slack.com/p1?a=1&b=2' }])).toBe(
      'see <https://example.slack.com/p1?a=1&b=2|a &gt; b>',
    );
    expect(renderMrkdwn([{ text: 'x', link: 'https://host/a|b> <!channel>' }])).toBe('<https://host/a%7Cb%3E%20%3C!channel%3E|x>');
  });

  it.each([
    'Ada',
    "Ada's",
    '14:02',
    '14:02:33',
    '2026-11-20 14:02:11',
    'a_b',
    'front_door_2',
    '2 * 3',
    '1: Ada, 2: Unknown 3',
    'José, Łukasz & 李',
    'Mr. T',
    '1.5 m',
    '👩‍🔧 at 10%',
    'No. 7 (north)',
    'Hall -2',
  ])('leaves a text without markup as it is: %s', (text) => {
    expect(plain(text)).toBe(escaped(text));
  });

  it.each([
    ['bold', '*evil*'],
    ['bold', 'the *evil one*, here'],
    ['italics', '_evil_'],
    ['italics', 'é_evil_é'],
    ['strike', '~evil~'],
    ['code', '`evil`'],
    ['code', '```evil```'],
    ['emoji', ':skull:'],
    ['emoji', 'at 10:100:5'],
    ['emoji', ':+1::skin-tone-2:'],
    ['address', 'https://evil.example/x'],
    ['address', 'www.evil.example'],
    ['address', 'ada@evil.example'],
    ['address', 'mailto:ada'],
    ['domain', 'evil.example'],
    ['mention', '@here'],
    ['mention', '@U0123'],
    ['channel', '#general'],
    ['quote', '> evil'],
    ['quote', '>>> evil'],
    ['list', '- evil'],
    ['list', '• evil'],
    ['list', '1. evil'],
  ])('shows %s literally: %s', (kind, text) => {
    // What the model finds in it as it stands, or the case would show nothing.
    expect(found(escaped(text))).toContain(kind);
    expect(found(plain(text))).toEqual([]);
    expect(withoutJoiners(plain(text))).toBe(escaped(text));
  });

  it('has no markup that begins in one run and ends in the next', () => {
    expect(found(renderMrkdwn([{ text: 'seen at *' }, { text: 'Ada' }, { text: '*' }]))).toEqual([]);
  });

  it('leaves no markup in any text, and only adds joiners', () => {
    const pieces = [...Array.from('*_~`:@#.>-•<&/ \nA1é+'), ':a:', 'ab', 'http://', 'www.', 'mailto:', 'b.co', '1. ', '12', "it's"];
    const text = fc.oneof(fc.string({ unit: fc.constantFrom(...pieces), maxLength: 30 }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, (raw) => {
        const given = withoutJoiners(raw);
        expect(found(plain(given))).toEqual([]);
        expect(withoutJoiners(plain(given))).toBe(escaped(given));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a run of text', () => {
  const atMs = Date.UTC(2026, 10, 22, 14, 2, 33, 500);

  it.each([
    ['time', '{time}'],
    ['date', '{date_long}'],
    ['date-time', '{date_short_pretty} {time}'],
  ] as const)('with a moment shows it in the reader’s time zone: %s', (format, token) => {
    expect(renderMrkdwn([{ text: '14:02', time: { atMs, format } }])).toBe(`<!date^1795356153^${token}|14:02>`);
  });

  it('with a moment ends it at its own end', () => {
    expect(renderMrkdwn([{ text: 'a>b|c', time: { atMs, format: 'time' } }])).toBe('<!date^1795356153^{time}|a&gt;b|c>');
    expect(renderMrkdwn([{ text: '', time: { atMs, format: 'time' } }])).toBe('<!date^1795356153^{time}|?>');
  });

  it('with a channel mentions this channel, and direct messages only as text', () => {
    expect(renderMrkdwn([{ text: 'in ' }, { text: 'C0123ABC', channel: 'C0123ABC' }])).toBe('in <#C0123ABC>');
    expect(renderMrkdwn([{ text: 'D0123ABC', channel: 'D0123ABC' }])).toBe('D0123ABC');
    expect(renderMrkdwn([{ text: 'general', channel: 'C1> <!here' }])).toBe('general');
  });

  it('with a member mentions no one but this member', () => {
    expect(renderMrkdwn([{ text: 'Bob', member: 'U0123ABC' }])).toBe('<@U0123ABC>');
    expect(renderMrkdwn([{ text: 'U0123ABC', member: 'U0123ABC', platform: 'slack' }])).toBe('<@U0123ABC>');
    expect(renderMrkdwn([{ text: '4711', member: '4711', platform: 'telegram' }])).toBe('4711 (telegram)');
    expect(renderMrkdwn([{ text: 'Bob', member: '!channel' }])).toBe('Bob');
    expect(renderMrkdwn([{ text: 'Bob', member: 'U1> <!here' }])).toBe('Bob');
  });

  it.each([
    [[{ text: 'Ada', bold: true }], '*Ada*'],
    [[{ text: '1: ' }, { text: 'Ada', bold: true }, { text: ', sure' }], '1: *Ada*, sure'],
    [[{ text: ' Ada ', bold: true }], ' *Ada* '],
    [[{ text: 'Ada\nBob', bold: true }], '*Ada*\n*Bob*'],
    [[{ text: 'x' }, { text: 'Ada', bold: true }], 'xAda'],
    [[{ text: 'Ada', bold: true }, { text: 'x' }], 'Adax'],
    [[{ text: '', bold: true }], ''],
    [[{ text: 'here', link: 'https://example.com/', bold: true }], '*<https://example.com/|here>*'],
  ])('%o is bold only where Slack shows it so: %s', (text, shown) => {
    expect(renderMrkdwn(text)).toBe(shown);
  });
});
