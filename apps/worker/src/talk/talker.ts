import type { Role } from '@watchpost/shared/chat/access';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { ChatTalk } from '@watchpost/shared/chat/talk';

/** Somebody who was let in and says something to us, in one chat, now. */
export interface Talker {
  platform: ConnectedPlatform;
  talk: ChatTalk;
  chat: ChannelKey;
  isPrivate: boolean;
  /** The platform's own id. */
  member: string;
  /** The same as a key, for audits: `chat:123`. */
  who: ChannelKey;
  /** What the platform calls them; no proof of anything. */
  name: string | null;
  role: Role;
  /** IETF tag; null: the platform does not say. */
  language: string | null;
  /** When, milliseconds since 1970. */
  atMs: number;
  /** What they wrote, sent, or pressed below. */
  messageId: string;
  /** Of this job: the same for each attempt. */
  jobId: string;
}
