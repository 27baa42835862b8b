import type { ConfigOf, EnvShape } from '../config/parse-env.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallObserver } from '../observability/observe-calls.ts';
import type { ChatAccess } from './access.ts';
import type { ChannelKey, ChatPlatform } from './chat.ts';
import type { ChatDirectory, ChatReactions } from './directory.ts';
import type { ChatMembers } from './members.ts';
import type { ChatModeration } from './moderation.ts';
import type { ChatPosts } from './posts.ts';
import type { ChatTalk } from './talk.ts';
import type { Turns } from './turns.ts';

/** A platform that is ready for use. */
export interface ConnectedPlatform {
  /** Of its channel keys: `slack` of `slack:C0123`. */
  prefix: string;
  chat: ChatPlatform;
  posts: ChatPosts;
  members: ChatMembers;
  /** Null: rules do not apply there. */
  moderation: ChatModeration | null;
  /** Null: it is no source of feeds. */
  directory: ChatDirectory | null;
  /** Null: we set none there. */
  reactions: ChatReactions | null;
  /** Null: nobody talks with us there, other than by commands and buttons. */
  talk: ChatTalk | null;
  /** Where the results of its snapshots are posted; null: nowhere. */
  writeChannel: ChannelKey | null;
  /** Where violations of rules are reported; null: none is configured. */
  adminChannel: ChannelKey | null;
}

/** What a platform is connected with. */
export interface PlatformDeps {
  turns: Turns;
  access: ChatAccess;
  log: Logger;
  /** Watches the calls of its API. Default: nobody does. */
  observe?: CallObserver;
}

/** A platform as an entry in a table. `S`: the variables that it reads. */
export interface PlatformDefinition<S extends EnvShape> {
  /** Of its channel keys: `slack` of `slack:C0123`. */
  prefix: string;
  /** Optional ones, unless everybody must configure the platform. */
  env: S;
  /** Faults of several variables together, such as some that are set while others are missing; see parseEnv. */
  faults: (config: ConfigOf<S>) => string[];
  /** The token that we use the platform with; null: this installation does not use it. */
  tokenOf: (config: ConfigOf<S>) => string | null;
  /** Null: as `tokenOf`. */
  connect: (config: ConfigOf<S>, deps: PlatformDeps) => ConnectedPlatform | null;
}
