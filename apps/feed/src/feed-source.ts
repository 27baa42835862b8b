import type { Entries, FeedLog, KeptPictures, Profiles } from '@watchpost/feeds/feed-store';

/** What this process reads of the database. It writes nothing. */
export interface FeedSource {
  entries: Pick<Entries, 'newest' | 'byIds'>;
  feedLog: Pick<FeedLog, 'read' | 'newest'>;
  profiles: Pick<Profiles, 'members' | 'channels' | 'emoji'>;
  pictures: Pick<KeptPictures, 'get'>;
}
