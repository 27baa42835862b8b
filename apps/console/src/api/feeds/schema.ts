import { z } from 'zod';
import { freeText } from '../../http/free-text.ts';

const slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/);
const messageId = z.string().regex(/^[\w.-]{1,64}$/);

export const entryFilters = ['all', 'waiting', 'shown', 'hidden', 'off-record', 'deleted'] as const;

const feed = z.object({
  slug: z.string(),
  source: z.enum(['messages', 'visits']),
  channel: z.string(),
  headline: z.string(),
  /** False: nothing new is taken. */
  isOpen: z.boolean(),
  /** Closed here, by hand; a feed that its file closes (`open: false`) cannot be opened here. */
  isClosedByHand: z.boolean(),
  /** Emoji that approve, without colons, and whether anybody may; null: everything is published at once. */
  approval: z.object({ emoji: z.array(z.string()), edits: z.enum(['hold', 'publish']) }).nullable(),
  hasPictures: z.boolean(),
  /** How long entries are kept, milliseconds. */
  keepMs: z.number(),
  entries: z.number().int(),
  shown: z.number().int(),
  waiting: z.number().int(),
  /** There are more than were counted. */
  isCut: z.boolean(),
  /** When the newest entry was posted, milliseconds since 1970. */
  newestAtMs: z.number().nullable(),
  /** Where readers find it; null: FEED's public address is not in the file. */
  url: z.string().nullable(),
});
export const feedsAnswer = z.object({
  feeds: z.array(feed),
  /** Whether there is a file of feeds at all. */
  hasFile: z.boolean(),
  /** Whether what waits can be read and decided about here: it is sealed with MESSAGE_KEY, or a platform's token. */
  canDecide: z.boolean(),
});
export type FeedsAnswer = z.infer<typeof feedsAnswer>;
export type FeedRow = FeedsAnswer['feeds'][number];

export const feedParams = z.object({ slug });
export const entriesQuery = z.object({
  show: z.enum(entryFilters).default('all'),
  cursor: z
    .string()
    .regex(/^\d{1,15}~[\w.-]{1,140}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const version = z.object({ atMs: z.number(), state: z.string(), text: z.string().nullable() });
const entry = z.object({
  feed: z.string(),
  messageId: z.string(),
  postedAtMs: z.number(),
  author: z.string(),
  /** `shown`, `waits`, `hidden`, `off the record` … */
  state: z.string(),
  isWaiting: z.boolean(),
  isHidden: z.boolean(),
  isDeleted: z.boolean(),
  /** What readers see; null: nothing. */
  shown: z.string().nullable(),
  /** What an editor put in place of the message's own words; null: those. */
  override: z.string().nullable(),
  /** The newest first. */
  versions: z.array(version),
  decision: z.object({ by: z.string(), atMs: z.number(), isApproved: z.boolean() }).nullable(),
  approvedBy: z.array(z.string()),
  pictures: z.array(z.object({ fileId: z.string(), state: z.enum(['waiting', 'there', 'failed']), url: z.string().nullable() })),
  isReply: z.boolean(),
});
export type EntryRow = z.infer<typeof entry>;
export const entriesAnswer = z.object({ items: z.array(entry), next: z.string().nullable() });
export type EntriesAnswer = z.infer<typeof entriesAnswer>;

export const entryParams = z.object({ slug, messageId });
export const decisionBody = z.discriminatedUnion('what', [
  z.strictObject({ what: z.enum(['approved', 'withdrew', 'hid', 'showed', 'restored']) }),
  z.strictObject({ what: z.literal('overrode'), text: freeText(40_000) }),
]);
export type EntryDecision = z.infer<typeof decisionBody>;
export const closingBody = z.strictObject({ isClosed: z.boolean() });
export const closingAnswer = z.object({ feed: z.string(), isClosed: z.boolean() });
export const entryAnswer = entry;
export const decidedAnswer = z.object({
  entry,
  /** Readers see it, but its pictures follow with the next event: the queue is away. */
  picturesFollow: z.boolean(),
});
export type DecidedAnswer = z.infer<typeof decidedAnswer>;

export const decisionsAnswer = z.object({
  decisions: z.array(
    z.object({
      atMs: z.number(),
      actor: z.string(),
      what: z.enum(['overrode', 'restored', 'hid', 'showed', 'approved', 'withdrew', 'closed', 'reopened']),
      feed: z.string(),
      /** Null: about the whole feed. */
      messageId: z.string().nullable(),
    }),
  ),
});
export type DecisionsAnswer = z.infer<typeof decisionsAnswer>;
