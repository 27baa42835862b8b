import * as fc from 'fast-check';
import { fileShare, slackFile } from './signed-slack-request.ts';

/** What databases and protocols stumble over, and lengths beyond every limit. */
const piece = fc.constantFrom(
  '\u0000',
  '\uD83D',
  '\uDE00',
  '😀',
  '\u202E',
  '\u200B',
  '\u0301',
  'a',
  'é',
  'ж',
  '"',
  '\\',
  '\n',
  '\u0007',
  '\uFFFF',
  '👨‍👩‍👧‍👦',
  '%00',
  '?#',
);
/** Any text, with what databases and protocols stumble over. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: piece, maxLength: 400 }),
  fc.tuple(piece, fc.integer({ min: 1, max: 3_000 })).map(([unit, times]) => unit.repeat(times)),
);
const address = fc.oneof(
  anyText,
  anyText.map((path) => `https://files.slack.com/${path}`),
);
/** Any text, or any other JSON. */
export const anything = fc.oneof(anyText, fc.jsonValue());
const id = fc.oneof(fc.stringMatching(/^[\w-]{1,64}$/), anyText);

/** Any message event with files: some of them as Slack's, some of anything. */
export const anyEvent = fc
  .record({
    caption: fc.oneof(
      anyText,
      anyText.map((name) => `Motion detected at ${name}`),
    ),
    channel: fc.oneof(fc.constant('C0CAMS'), id),
    ts: fc.oneof(fc.stringMatching(/^\d{1,12}\.\d{1,9}$/), anyText),
    extra: fc.dictionary(fc.constantFrom('user', 'bot_id', 'thread_ts', 'subtype', 'blocks'), anything),
    files: fc.array(
      fc.record(
        {
          id,
          name: anything,
          mimetype: anything,
          size: anything,
          url_private: address,
          url_private_download: address,
          thumb_1024: address,
          filetype: anything,
        },
        { requiredKeys: ['id'] },
      ),
      { maxLength: 4 },
    ),
  })
  .map(({ caption, channel, ts, extra, files }) =>
    fileShare({ ...extra, subtype: undefined, text: caption, channel, ts, files: [slackFile(), ...files.map((file) => slackFile(file))] }),
  );
