import type { ChannelKey } from '@watchpost/shared/chat/chat';

/** A conversation with several steps, such as teaching a face. It belongs to a message, not to a chat: several never mix. */
export interface Dialog {
  /** 22 characters of base64url. */
  id: string;
  chat: ChannelKey;
  /** Whose it is, by the platform's own id: nobody else may go on with it. */
  member: string;
  /** `picture`, `register` …: who knows what its steps mean. */
  kind: string;
  step: string;
  /** What that step knows; whoever reads it parses it. Small. */
  data: unknown;
  /** Our message that a written answer is wanted to; null: none is. */
  promptId: string | null;
  /** Our message with its buttons, which is edited; null: none. */
  cardId: string | null;
  /** Message or group of messages of theirs that it is about; null: none. One of a chat has one dialog at most. */
  about: string | null;
  expiresAtMs: number;
  /** Of the stored document; 0: it is not stored yet. */
  revision: number;
}

/** Dialogs, on small documents: each write names the revision that it is based on. Methods reject with `gallery-unavailable`. */
export interface Dialogs {
  get(id: string, signal: AbortSignal): Promise<Dialog | null>;
  /** Whose prompt this message is. */
  byPrompt(chat: ChannelKey, messageId: string, signal: AbortSignal): Promise<Dialog | null>;
  byAbout(chat: ChannelKey, about: string, signal: AbortSignal): Promise<Dialog | null>;
  /** Those of somebody in a chat, newest first. */
  openOf(chat: ChannelKey, member: string, signal: AbortSignal): Promise<Dialog[]>;
  /** Rejects with `document-conflict` if another writer was faster. Resolves to it with its new revision. */
  save(dialog: Dialog, signal: AbortSignal): Promise<Dialog>;
  /** Ends it. One that has ended is no error. */
  close(dialog: Dialog, signal: AbortSignal): Promise<void>;
}
