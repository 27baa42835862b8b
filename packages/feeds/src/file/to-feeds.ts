import { AppError } from '@watchpost/shared/errors';
import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { DestinationSettings } from '@watchpost/shared/destination-settings';
import type { Feed, FeedPictures, Feeds } from '../feed.ts';
import type { FeedSettings, FeedsFile } from './feeds-file.ts';
import { sanitise } from '../render/sanitise.ts';

/** Begins a message that is off the record: as the old service had it, and one that is quick to type. */
export const usualOffRecord = ['<#>', '//'];

const usualKeepMs = 365 * 86_400_000;
const database: DestinationSettings = { kind: 'database' };

/** What a version of the file says. */
export type FeedDirectory = Omit<Feeds, 'close'>;

/** Looks up what a file says; `closed`: slugs of those that somebody has closed by hand. Pure. */
export function createFeedDirectory(file: FeedsFile, closed: ReadonlySet<string> = new Set()): FeedDirectory {
  const { publicUrl = null, cors = [], oldPaths = false, feeds = [] } = file;
  const all = feeds.map((settings) => toFeed(settings, file)).map((feed) => (closed.has(feed.slug) ? { ...feed, isOpen: false } : feed));
  const bySlug = new Map(all.map((feed) => [feed.slug, feed]));
  const byChannel = new Map<ChannelKey, Feed[]>();
  for (const feed of all) byChannel.set(feed.channel, [...(byChannel.get(feed.channel) ?? []), feed]);
  const site = { corsOrigins: cors, oldPaths, publicUrl };
  return {
    all: () => all,
    get: (slug) => bySlug.get(slug) ?? null,
    of: (channel) => byChannel.get(channel) ?? [],
    site: () => site,
  };
}

/** What holds where neither a feed nor the file's defaults say anything. */
const usual = {
  source: 'messages',
  description: '',
  liveContent: '',
  mayPost: 'everyone',
  offRecord: usualOffRecord,
  threads: 'all',
  pictures: 'on',
  language: 'en',
  keep: usualKeepMs,
  history: 0,
  open: true,
} as const;
const usualPeople = { unknown: 'blur', ignored: 'leave-out' } as const;

function toFeed(settings: FeedSettings, { defaults = {}, destinations = {} }: FeedsFile): Feed {
  const set = { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, ...usual, ...defined(defaults), ...defined(settings) };
  const { slug, source, headline, mayPost, approval, offRecord, threads, timeZone, language } = set;
  return {
    slug,
    source,
    channel: channelOf(set.channel),
    headline,
    description: sanitise(set.description),
    liveContent: sanitise(set.liveContent, { frames: true }),
    mayPost,
    approval: typeof approval === 'object' ? approval : null,
    offRecord,
    threads,
    pictures: picturesOf(set.pictures, destinations),
    timeZone,
    language,
    keepMs: set.keep,
    historyMs: set.history,
    isOpen: set.open,
    people: { ...usualPeople, ...defined(defaults.people ?? {}), ...defined(settings.people ?? {}) },
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const isDefined = <T extends object>(values: T): values is T & Defined<T> => !Object.values(values).includes(undefined);
/** A parsed file has no setting without a value; types do not know that. */
function defined<T extends object>(values: T): Defined<T> {
  if (isDefined(values)) return values;
  throw new AppError('internal', 'a setting has no value');
}

/** A channel without a platform is Slack's. */
function channelOf(channel: string): ChannelKey {
  return channelKeySchema.parse(channel.includes(':') ? channel : `slack:${channel}`);
}

function picturesOf(set: NonNullable<FeedSettings['pictures']>, destinations: NonNullable<FeedsFile['destinations']>): FeedPictures | null {
  if (set === 'off') return null;
  if (set === 'on') return { destination: database, widthPx: 960, productId: null };
  const { destination, width, productId } = set;
  return {
    destination: (destination === undefined ? undefined : destinations[destination]) ?? database,
    widthPx: width,
    productId: productId === 'keep' ? 'keep' : null,
  };
}
