import type { ConfigOf, EnvShape } from '../config/parse-env.ts';
import type { Logger } from '../observability/logger.ts';
import type { ChannelKey, ChatPlatform } from './chat.ts';
import type { ChatDirectory, ChatReactions } from './directory.ts';
import type { ChatMembers } from './members.ts';
import type { ChatModeration } from './moderation.ts';
import type { ChatPosts } from './posts.ts';
import type { Turns } from './turns.ts';

/** A platform that is ready for use. */
export interface ConnectedPlatform {
  chat: ChatPlatform;
  posts: ChatPosts;
  members: ChatMembers;
  moderation: ChatModeration;
  directory: ChatDirectory;
  reactions: ChatReactions;
  /** Where the results of its snapshots are posted. */
  writeChannel: ChannelKey;
  /** Where violations of rules are reported; null: none is configured. */
  adminChannel: ChannelKey | null;
}

/** A platform as an entry in a table. `S`: the variables that it reads. */
export interface PlatformDefinition<S extends EnvShape> {
  /** Of its channel keys: `slack` of `slack:C0123`. */
  prefix: string;
  /** Optional ones, unless everybody must configure the platform. */
  env: S;
  /** Faults of several variables together, such as some that are set while others are missing; see parseEnv. */
  faults: (config: ConfigOf<S>) => string[];
  /** Null: this installation does not use the platform, none of its variables are set. */
  connect: (config: ConfigOf<S>, deps: { turns: Turns; log: Logger }) => ConnectedPlatform | null;
}
