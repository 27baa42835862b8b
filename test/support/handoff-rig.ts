import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import type { JobContext } from '@watchpost/shared/jobs/job-queue';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import { createLogger } from '@watchpost/shared/observability/logger';
import { entryIdOf, type Entry } from '@watchpost/feeds/entry';
import type { Entries, KeptPictures } from '@watchpost/feeds/feed-store';
import type { Feed } from '@watchpost/feeds/feed';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createKeptPictures } from '@watchpost/feeds/store/kept-pictures';
import type { Destination } from '@watchpost/handoff/destination';
import { createHandoffHandler, type HandoffDeps } from '@watchpost/worker/handoff/pipeline';
import sharp from 'sharp';
import { never } from './each-store.ts';
import { feedOf, feedsOf, pictureFileOf, writtenEventOf, writtenMessageOf, writtenOf } from './feed-samples.ts';
import { createMemoryDocuments } from './memory-documents.ts';
import { silentChat } from './silent-chat.ts';

/** A place for pictures that a test looks into. */
export interface FakePlace {
  files: Map<string, Uint8Array>;
  /** Called before each write. */
  onPut: () => Promise<void>;
  /** Called before each removal. */
  onRemove: () => Promise<void>;
  /** What `isThere` answers. */
  isThere: () => boolean;
  looks: number;
}

export const waitedFor = { everyMs: 3_000, times: 3 };
const asFtp = (host: string) => ({
  kind: 'ftp' as const,
  host,
  port: 21,
  tls: 'explicit' as const,
  user: 'u',
  passwordFile: '/p',
  directory: '/',
  publicUrl: `https://${host}`,
});
/** Pictures that go to a fake place of this name. */
export const picturesTo = (host: string): NonNullable<Feed['pictures']> => ({ destination: asFtp(host), widthPx: 960, productId: null });

export type HandoffRig = ReturnType<typeof handoffRig>;

/** Entries on a store in memory, a chat with files, places for pictures: all that the hand-off works with. */
export function handoffRig(feeds: readonly Feed[] = [feedOf()]) {
  const clock = { ms: 1_700_000_100_000 };
  const documents = createMemoryDocuments(() => clock.ms);
  const entries: Entries = createEntries({
    documents,
    feedLog: createFeedLog(documents),
    envelope: createEnvelope(['k'.repeat(32)], 'jobs'),
  });
  const keptPictures: KeptPictures = createKeptPictures(documents);
  const files = new Map<string, Uint8Array | AppError>();
  const downloads: string[] = [];
  const marks: string[] = [];
  const reactions = { fault: null as AppError | null };
  const places = new Map<string, FakePlace>();
  const placeOf = (host: string): FakePlace => {
    const place = places.get(host) ?? {
      files: new Map(),
      onPut: async () => undefined,
      onRemove: async () => undefined,
      isThere: () => true,
      looks: 0,
    };
    places.set(host, place);
    return place;
  };
  const react = (sign: string) => async (_at: unknown, emoji: string) => {
    if (reactions.fault) throw reactions.fault;
    marks.push(`${sign}${emoji}`);
  };
  const platform: ConnectedPlatform = {
    ...silentChat,
    prefix: 'slack',
    talk: null,
    writeChannel: 'slack:CRESULTS',
    adminChannel: null,
    chat: {
      check: async () => undefined,
      permalink: async () => null,
      download: async ({ id }, { source }) => {
        const name = source === 'original' ? id : `${id} ${source}`;
        downloads.push(name);
        const file = files.get(name) ?? new AppError('file-gone', 'HTTP 404');
        if (file instanceof AppError) throw file;
        return file;
      },
    },
    reactions: { add: react('+'), remove: react('-') },
  };
  const deps: HandoffDeps = {
    documents,
    entries,
    keptPictures,
    maxBytes: 1_000_000,
    maxPixels: 10_000_000,
    now: () => clock.ms,
    feeds: feedsOf(feeds),
    platformFor: () => platform,
    log: createLogger('test', 'silent'),
    boardPicture: async (fileId) => {
      downloads.push(fileId);
      return drawn('teal');
    },
    createDestination: (settings) => fakeDestination(placeOf(settings.kind === 'ftp' ? settings.host : settings.kind)),
  };
  return {
    clock,
    documents,
    entries,
    keptPictures,
    files,
    downloads,
    marks,
    reactions,
    placeOf,
    deps,
    feeds,
    /** A message with pictures, in all feeds of its channel. */
    say: async (pictures: readonly string[], over: Partial<WrittenMessage> = {}): Promise<Entry[]> => {
      const written = writtenOf('Look', { pictures: pictures.map((id) => pictureFileOf(id)) });
      const message = writtenMessageOf('', { written, ...over });
      const told = feeds.map(async (feed) => (await entries.apply(feed, writtenEventOf(message), never)).entry);
      return Promise.all(told);
    },
    entry: async (feed = feeds[0]!): Promise<Entry> => (await entries.get(feed.slug, writtenMessageOf('').messageId, never))!,
    /** Runs the job of a feed's entry, as the queue would. */
    run: async (context: Partial<JobContext> = {}, feed = feeds[0]!, with_: HandoffDeps = deps) =>
      createHandoffHandler(with_)(
        { v: 1, kind: 'handoff', entryId: entryIdOf(feed.slug, writtenMessageOf('').messageId), wanted: 1 },
        { attempt: 1, lastAttempt: false, ...context },
        never,
      ),
  };
}

function fakeDestination(place: FakePlace): Destination {
  return {
    put: async ({ name, bytes }) => {
      await place.onPut();
      place.files.set(name, bytes);
      return { url: `https://pictures.example.org/${name}`, name };
    },
    isThere: async () => {
      place.looks += 1;
      return place.isThere();
    },
    remove: async (name) => {
      await place.onRemove();
      place.files.delete(name);
    },
    wait: waitedFor,
  };
}

/** A small JPEG of one colour. */
export const drawn = async (background: string, format: 'jpeg' | 'png' = 'jpeg'): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .toFormat(format)
      .toBuffer(),
  );
