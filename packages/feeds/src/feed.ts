import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DestinationSettings } from '@watchpost/shared/destination-settings';

/** `everyone`, or ids of the platform's: members (`U…`, `W…`), user groups (`S…`), bots (`B…`). `everyone` means people, not bots. */
export type Listed = 'everyone' | readonly string[];

/** When a message waits for somebody's yes. */
export interface Approval {
  /** Any of these, by its name without colons. */
  emoji: readonly string[];
  by: Listed;
  /** What becomes of an approved message that is edited: `hold`: readers see the version that was approved until the new one is. `publish`: they see the new one. */
  edits: 'hold' | 'publish';
}

/** How pictures come to readers. */
export interface FeedPictures {
  /** Where they are brought to. */
  destination: DestinationSettings;
  /** Wider ones are made smaller, pixels. */
  widthPx: number;
  /** A metadata tag that is kept, or set: the photo's product id; null: none is. */
  productId: 'keep' | null;
}

/** What becomes of faces of persons without a name on a board, and of ignored ones. `show` names unknowns "Unknown 12". */
export interface BoardPeople {
  unknown: 'show' | 'blur' | 'leave-out';
  ignored: 'blur' | 'leave-out';
}

/** A channel that is published. */
export interface Feed {
  /** Its name in addresses, and its id: `[a-z0-9-]`, at most 60. */
  slug: string;
  /** `messages`: what is said in the channel. `visits`: who was there, from the results channel. */
  source: 'messages' | 'visits';
  channel: ChannelKey;
  headline: string;
  /** HTML, sanitised when it is read. */
  description: string;
  /** HTML, as `description`: what a page shows beside the entries, such as a video's frame. */
  liveContent: string;
  mayPost: Listed;
  /** Null: everything is published at once. */
  approval: Approval | null;
  /** A message that begins with one of these is never published. */
  offRecord: readonly string[];
  /** `all`: replies too. `broadcasts`: only those that were sent to the channel as well. */
  threads: 'all' | 'broadcasts' | 'none';
  /** Null: pictures are not published. */
  pictures: FeedPictures | null;
  /** Of dates in texts and on the page: `Europe/Berlin`. */
  timeZone: string;
  /** BCP 47: `en`. Of the page, and of dates. */
  language: string;
  /** How long entries are kept after they were posted, milliseconds. */
  keepMs: number;
  /** How far back a feed that is new is filled from the channel's history, milliseconds; 0: from now on. */
  historyMs: number;
  /** False, by its file or by hand: nothing new is taken; what is there stays, and can still be edited and deleted. */
  isOpen: boolean;
  /** Of `visits`. */
  people: BoardPeople;
}

/** What holds for all feeds together. */
export interface FeedSite {
  /** Who may read from another origin: `https://example.org`; `*`: everybody. */
  corsOrigins: readonly string[];
  /** Whether `/api/CHANNEL` and `/json/…` answer as the old service did. */
  oldPaths: boolean;
  /** How readers reach us, for addresses in feeds: `https://live.example.org`; null: as the request says. */
  publicUrl: string | null;
}

/** All feeds, as their file says at this moment. */
export interface Feeds {
  all(): readonly Feed[];
  get(slug: string): Feed | null;
  /** Those that publish a channel. */
  of(channel: ChannelKey): readonly Feed[];
  site(): FeedSite;
  close(): void;
}
