import type { ChannelKey } from './chat.ts';
import type { WrittenMessage } from './written.ts';

/** A picture that the platform has for everybody: of a member, or an emoji. `id` changes when the picture does. */
export interface PublicPicture {
  id: string;
  url: string;
}

/** A member, or a bot, as others see them. */
export interface MemberProfile {
  id: string;
  /** Never empty. */
  displayName: string;
  /** Empty: there is none. */
  realName: string;
  title: string;
  /** Null: the platform's own drawing, or none. */
  picture: PublicPicture | null;
  isBot: boolean;
}

/** An emoji of the workspace's own: a picture, or another name of an emoji. */
export type CustomEmoji = { picture: PublicPicture } | { aliasOf: string };

/**
 * What feeds read of a platform. Errors as ChatPlatform; `chat-not-authorised` where a scope is missing.
 */
export interface ChatDirectory {
  /** A member or a bot by its id; null: the platform knows none. */
  member(id: string, signal: AbortSignal): Promise<MemberProfile | null>;
  /** Null: the platform knows no such channel, or does not show it to us. A private channel's name is nobody else's business. */
  channel(id: string, signal: AbortSignal): Promise<{ name: string; isPrivate: boolean } | null>;
  /** Null: there is no such group. */
  group(id: string, signal: AbortSignal): Promise<{ handle: string } | null>;
  /** The members of a group, by their ids; asked again after some minutes. */
  groupMembers(id: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The workspace's own emoji by name. */
  emoji(signal: AbortSignal): Promise<ReadonlyMap<string, CustomEmoji>>;
  /** The bytes of a picture, at most `maxBytes`. Only from addresses that are the platform's; never with our token. */
  publicPicture(url: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array>;
  /** A message as it is now, with its reactions; null: it is gone. */
  written(at: { channel: ChannelKey; messageId: string; thread: string | null }, signal: AbortSignal): Promise<WrittenMessage | null>;
}

/** Reactions that we set on messages of others, to tell their authors how far something got. */
export interface ChatReactions {
  /** By its name without colons. Setting one that is there, or on a message that is gone, is no error. */
  add(at: { channel: ChannelKey; messageId: string }, emoji: string, signal: AbortSignal): Promise<void>;
  /** As `add`. */
  remove(at: { channel: ChannelKey; messageId: string }, emoji: string, signal: AbortSignal): Promise<void>;
}
