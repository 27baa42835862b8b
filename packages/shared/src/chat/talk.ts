import type { Role } from './access.ts';
import type { ChannelKey } from './chat.ts';
import type { RichText } from './rich-text.ts';

/** A button below what we say in a conversation. */
export interface TalkButton {
  label: string;
  /** What comes back when it is pressed: at most 60 characters of printable ASCII, no secret. */
  data: string;
}

/** What we say in a conversation. */
export interface TalkMessage {
  text: RichText;
  /** Rows of buttons; none where `ask` is set. */
  buttons: readonly (readonly TalkButton[])[];
  /** Asks for a written answer to this very message, which cannot be edited any more. `placeholder`: at most 64 characters. Null: it does not. */
  ask: { placeholder: string } | null;
}

/** A file that we send in a conversation. */
export interface TalkFile {
  /** How it is shown. */
  as: 'picture' | 'audio' | 'video' | 'animation' | 'document';
  content: Blob;
  /** With its extension: `song.mp3`. */
  fileName: string;
  /** Of audio. Null: nobody knows. */
  title: string | null;
  performer: string | null;
}

/** A command as a platform's menu shows it. */
export interface MenuCommand {
  /** Without the slash: at most 32 of a-z, 0-9 and _. */
  name: string;
  description: string;
}

/**
 * Conversations with somebody who writes to us. Whatever is sent may be sent twice after a lost answer; whoever can, edits instead. Errors as
 * ChatPlatform; `chat-closed` (permanent): this chat takes nothing from us any more, or never did.
 */
export interface ChatTalk {
  /** Says something, as an answer to a message where `replyTo` is set (one that is gone is no error). Resolves to its message's id. */
  send(to: { chat: ChannelKey; replyTo: string | null }, message: TalkMessage, signal: AbortSignal): Promise<string>;
  /** Puts something else in its place. `gone`: it was deleted, or cannot be edited. Where it shows this already: `edited`. */
  edit(at: { chat: ChannelKey; messageId: string }, message: TalkMessage, signal: AbortSignal): Promise<'edited' | 'gone'>;
  /** Deletes what we said; what is gone is no error, nor what can no more be deleted. */
  remove(at: { chat: ChannelKey; messageId: string }, signal: AbortSignal): Promise<void>;
  /** Sends a file. Rejects with `file-too-large` where the platform takes none of this size; `mostFileBytes` says which. */
  sendFile(to: { chat: ChannelKey; replyTo: string | null }, file: TalkFile, caption: RichText, signal: AbortSignal): Promise<string>;
  readonly mostFileBytes: number;
  /** Registers the menu of commands with the platform. */
  showMenu(commands: readonly MenuCommand[], signal: AbortSignal): Promise<void>;
  /** A link that opens a conversation with us and says this code: 1 to 64 of A-Za-z0-9_-. */
  invitation(code: string, signal: AbortSignal): Promise<string>;
  /** Leaves a group that nobody let us into. One that we are not in is no error. */
  leave(chat: ChannelKey, signal: AbortSignal): Promise<void>;
  /** Whom the configuration lets in, people and chats, beside those whom ChatAccess knows. */
  readonly configured: ReadonlyMap<ChannelKey, Role>;
  /** Chats that the configuration names for snapshots and results: we stay in them, whoever put us there. */
  readonly homes: ReadonlySet<ChannelKey>;
}
