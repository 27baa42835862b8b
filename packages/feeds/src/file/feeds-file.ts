import { destinationSchema } from '@watchpost/shared/destination-settings';
import { parseUrl } from '@watchpost/shared/parse-url';
import {
  channelIdSetting,
  duration,
  group,
  must,
  notation,
  oneOrMore,
  parseDuration,
  timeZoneSetting,
  wholeNumberIn,
} from '@watchpost/shared/settings-file/parts';
import { z } from 'zod';

const dayMs = 86_400_000;
/** Stands for ever, milliseconds: a hundred years. */
export const foreverMs = 36_525 * dayMs;

/** A text of one line. `most`: characters. */
const line = (most: number) =>
  z
    .string(must('a text'))
    .trim()
    .max(most, `may have ${String(most)} characters at most`);
const html = z.string(must('a text with HTML')).max(20_000, 'may have 20,000 characters at most');

const memberId = z
  .string(must('an id such as U0123ABCDEF, not a name'))
  .regex(/^[UWSB][A-Z0-9]{2,20}$/, 'must be the id of a member (U…), a user group (S…) or a bot (B…), not a name');
const listed = z.union(
  [z.literal('everyone'), z.array(memberId).min(1, 'must name at least one').max(500, 'may name 500 at most')],
  must('everyone, or a list of ids: members (U…), user groups (S…), bots (B…)'),
);

/** A word, in any case. */
const word = <const W extends string>(...words: W[]) => z.string().trim().toLowerCase().pipe(z.literal(words));

const emojiName = notation((text) => {
  const name = text.trim().replaceAll(':', '');
  return /^[\p{L}\p{N}_+'-]{1,100}$/u.test(name) ? name : null;
}, 'the name of an emoji, such as white_check_mark; "+1" needs quotes');

const approval = z.union(
  [
    word('off', 'none'),
    group({ emoji: oneOrMore(emojiName, 20), by: listed, edits: z.enum(['hold', 'publish'], must('hold or publish')).default('hold') }),
  ],
  must('off, or a group with emoji and by'),
);

const destinationName = z.string(must('the name of a destination')).regex(/^[\w-]{1,60}$/, 'must be the name of a destination');
const pictures = z.union(
  [
    word('on', 'off'),
    group({
      destination: destinationName.optional(),
      width: wholeNumberIn(16, 8_192).default(960),
      productId: z.enum(['keep', 'drop'], must('keep or drop')).default('drop'),
    }),
  ],
  must('on, off, or a group with destination and width'),
);

/** What may be set for each feed, and for all of them in `defaults`. */
const settings = {
  mayPost: listed.optional(),
  approval: approval.optional(),
  offRecord: z
    .array(z.string(must('a text')).trim().min(1, 'must not be empty').max(40, 'may have 40 characters at most'), must('a list of texts'))
    .max(20, 'may name 20 at most')
    .optional(),
  threads: z.enum(['all', 'broadcasts', 'none'], must('all, broadcasts or none')).optional(),
  pictures: pictures.optional(),
  timeZone: timeZoneSetting.optional(),
  language: z.string(must('a language such as en or de-CH')).refine(isLanguage, 'must be a language such as en or de-CH').optional(),
  keep: notation(
    (text) => (text.trim().toLowerCase() === 'forever' ? foreverMs : keepOf(text)),
    'a duration from 1h, such as 30d, or forever',
  ).optional(),
  history: duration(0, 90 * dayMs, 'a duration up to 90d, such as 7d; 0s for none').optional(),
  open: z.boolean(must('true or false')).optional(),
  people: group({
    unknown: z.enum(['show', 'blur', 'leave-out'], must('show, blur or leave-out')).optional(),
    ignored: z.enum(['blur', 'leave-out'], must('blur or leave-out')).optional(),
  }).optional(),
};

/** Names of our own addresses below /feeds. */
const taken = new Set(['assets']);

const feed = z.strictObject(
  {
    slug: z
      .string(must('a text of a-z, 0-9 and -'))
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'must have a-z, 0-9 and - only, 60 characters at most, no - at its ends')
      .refine((slug) => !taken.has(slug), 'must be another one: this address is taken'),
    channel: channelIdSetting,
    source: z.enum(['messages', 'visits'], must('messages or visits')).optional(),
    headline: line(300),
    description: html.optional(),
    liveContent: html.optional(),
    ...settings,
  },
  must('a feed with its settings'),
);

const origin = z
  .string(must('an origin such as https://example.org'))
  .refine((text) => text === '*' || isOrigin(text), 'must be an origin such as https://example.org, without a path, or "*"');

/** The file with all feeds; docs/feeds.md explains each setting. */
export const feedsFileSchema = group({
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://live.example.org' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  cors: oneOrMore(origin, 100).optional(),
  oldPaths: z.boolean(must('true or false')).optional(),
  destinations: z.record(destinationName, destinationSchema, must('destinations by name')).optional(),
  defaults: group(settings).optional(),
  feeds: z.array(feed, must('a list of feeds')).max(200, 'may have 200 feeds at most').optional(),
});

/** What a file without faults says. */
export type FeedsFile = z.output<typeof feedsFileSchema>;
/** What it says of one feed. */
export type FeedSettings = NonNullable<FeedsFile['feeds']>[number];

/** Milliseconds; null: it is too short, too long, or no duration. */
function keepOf(text: string): number | null {
  const ms = parseDuration(text);
  return ms !== null && ms >= 3_600_000 && ms <= foreverMs ? ms : null;
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

const isOrigin = (text: string): boolean => parseUrl(text)?.origin === text;
