import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { MemberProfile } from '@watchpost/shared/chat/directory';
import type { Reaction, WrittenMessage } from '@watchpost/shared/chat/written';
import type { Editorial, Entry, EntryPicture, Version } from './entry.ts';
import type { Feed } from './feed.ts';

/**
 * What happened to a message. `marks`: who set what, already narrowed to what approves in this feed and to who may. `marksAtUs`: when that
 * list was read, microseconds since 1970: it may be long after the version came to be, and says nothing of when each was set. Null: at the
 * version's time.
 */
export type EntryEvent =
  | {
      kind: 'written';
      message: WrittenMessage;
      withheld: Version['withheld'];
      marks: readonly Reaction[] | null;
      marksAtUs?: number | null;
    }
  | { kind: 'deleted'; channel: ChannelKey; messageId: string; atUs: number }
  | { kind: 'mark'; channel: ChannelKey; messageId: string; mark: Reaction; isSet: boolean; atUs: number };

/** What became of an entry. */
export interface Changed {
  entry: Entry;
  /** Whether readers see anything else than before. */
  isVisible: boolean;
}

/** The entries of all feeds. Methods reject with `gallery-unavailable` when the database does not answer. */
export interface Entries {
  /** Brings an event into an entry, and tells the followers. Any order and repetition of events leaves the same entry. */
  apply(feed: Feed, event: EntryEvent, signal: AbortSignal): Promise<Changed>;
  get(slug: string, messageId: string, signal: AbortSignal): Promise<Entry | null>;
  byIds(ids: readonly string[], signal: AbortSignal): Promise<Entry[]>;
  /** Newest first, by the time of the message; those posted before `beforeMs`, since `fromMs`. */
  newest(slug: string, options: { beforeMs?: number; fromMs?: number; limit: number }, signal: AbortSignal): Promise<Entry[]>;
  /** Changes what editors decided; null: the entry is gone. */
  decide(feed: Feed, messageId: string, change: (now: Editorial | null) => Editorial | null, signal: AbortSignal): Promise<Changed | null>;
  /** Changes how far its pictures are. */
  setPictures(id: string, change: (now: readonly EntryPicture[]) => EntryPicture[], signal: AbortSignal): Promise<Changed | null>;
  /**
   * Tells the followers, by one `profiles` change, that a member's profile (by the platform's id) has changed, if an entry shows the
   * member. Resolves to how many do; 1,000 stands for that many or more.
   */
  touch(platform: string, member: string, signal: AbortSignal): Promise<number>;
}

/** A place in the log: the number of a batch, and of a change in it. Written `1700000000000.3`. */
export interface LogPosition {
  batch: number;
  index: number;
}

/** That readers see something else: of an entry, by the count of its changes then; or of all entries of a platform, because an emoji or a channel was renamed. */
export type FeedChange =
  | { kind: 'entry'; feed: string; id: string; changes: number }
  | { kind: 'profiles'; platform: string; what: 'member' | 'channel' | 'emoji'; subject: string | null };

export interface LoggedBatch {
  batch: number;
  changes: readonly FeedChange[];
}

/** What changed, in one order for all processes. Kept for two days. */
export interface FeedLog {
  /** Appends; resolves once followers can see it. Changes of several callers are written together. */
  append(changes: readonly FeedChange[], signal: AbortSignal): Promise<void>;
  /** The batches after `after`, the oldest first; all that are kept, if it is 0. A number that was given out is never given out again. */
  read(after: number, limit: number, signal: AbortSignal): Promise<LoggedBatch[]>;
  /** The number of the newest batch; 0: there is none. */
  newest(signal: AbortSignal): Promise<number>;
}

/** A member as readers see it. `picture`: the name of the copy that we keep; null: none. */
export interface KeptProfile extends Omit<MemberProfile, 'picture'> {
  platform: string;
  picture: string | null;
  /** By what the platform knew it, so that it is fetched again only when it changes. */
  pictureId: string | null;
  readAtMs: number;
}

/** What a channel is called; `name` null: it is private, or unknown. */
export interface KeptChannel {
  id: string;
  name: string | null;
  readAtMs: number;
}

/** What the workspace's own emoji are. `picture`: the name of our copy. */
export type KeptEmoji = { picture: string } | { aliasOf: string };

/** What feeds show of members, channels and emoji. */
export interface Profiles {
  members(platform: string, ids: readonly string[], signal: AbortSignal): Promise<KeptProfile[]>;
  putMember(profile: KeptProfile, signal: AbortSignal): Promise<void>;
  channels(platform: string, ids: readonly string[], signal: AbortSignal): Promise<KeptChannel[]>;
  putChannel(platform: string, channel: KeptChannel, signal: AbortSignal): Promise<void>;
  /** By name; null: never read. */
  emoji(platform: string, signal: AbortSignal): Promise<{ emoji: ReadonlyMap<string, KeptEmoji>; readAtMs: number } | null>;
  putEmoji(platform: string, emoji: ReadonlyMap<string, KeptEmoji>, readAtMs: number, signal: AbortSignal): Promise<void>;
}

/** Pictures that are kept in the database: copies of members' pictures and of emoji, and those of messages where no other place is set. */
export interface KeptPictures {
  /**
   * Keeps it under a name of the caller's own, of `[a-z0-9.-]`: the same bytes of two messages are two pictures, and one of them can go.
   * `expiresAtMs` null: as long as it is in use.
   */
  putAs(name: string, bytes: Uint8Array, mimeType: string, expiresAtMs: number | null, signal: AbortSignal): Promise<void>;
  get(name: string, signal: AbortSignal): Promise<{ bytes: Uint8Array; mimeType: string } | null>;
  remove(name: string, signal: AbortSignal): Promise<void>;
}
