/** What the emulated Telegram keeps. Ids and dates are Telegram's: dates are seconds since 1970. */

export interface Account {
  id: number;
  isBot: boolean;
  name: string;
  username: string | null;
  /** Whether they have ever written to the bot: before, it cannot write to them. */
  started: boolean;
  /** Whether they have blocked the bot. */
  blocked: boolean;
}

export type ChatType = 'private' | 'group' | 'supergroup' | 'channel';
export type BotStatus = 'member' | 'administrator' | 'left' | 'kicked';

export interface Chat {
  id: number;
  type: ChatType;
  title: string;
  members: Set<number>;
  botStatus: BotStatus;
  /** A group that became a supergroup has another id since. */
  migratedTo: number | null;
  messages: Map<number, Message>;
  /** What the bot says that it is doing. */
  action: { name: string; untilMs: number } | null;
}

/** A mark on a text, counted in UTF-16 units. */
export interface Entity {
  type: string;
  offset: number;
  length: number;
  url?: string | undefined;
  language?: string | undefined;
  unix_time?: number | undefined;
  date_time_format?: string | undefined;
}

export interface Button {
  text: string;
  data: string | null;
  url: string | null;
}

export type FileKind = 'photo' | 'document' | 'audio' | 'video' | 'animation';

export interface StoredFile {
  id: string;
  uniqueId: string;
  kind: FileKind;
  /** Null: a photo's. */
  name: string | null;
  mimeType: string;
  bytes: Uint8Array;
  width: number;
  height: number;
  title: string | null;
  performer: string | null;
  /** Id of the small picture of it. */
  thumbnailId: string | null;
}

/** What stands below a message: inline buttons can be edited, the others make a message that cannot be edited any more. */
export type Markup =
  | { kind: 'inline'; rows: readonly (readonly Button[])[] }
  | { kind: 'force-reply'; placeholder: string | null }
  | { kind: 'keyboard' };

export interface Message {
  id: number;
  chat: number;
  /** Null: posted as the channel. */
  from: number | null;
  dateS: number;
  editDateS: number | null;
  /** Text, or the caption of a file. */
  text: string;
  entities: readonly Entity[];
  file: StoredFile | null;
  groupId: string | null;
  replyTo: number | null;
  /** The channel that it was forwarded from. */
  forwardedFrom: number | null;
  markup: Markup | null;
  edits: number;
}

/** JSON as it goes over the wire. */
export type Json = Record<string, unknown>;
