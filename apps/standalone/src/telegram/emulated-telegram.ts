/** What the Bot API answers to one call instead of doing what it asks. */
export type TelegramFault =
  | { answer: 'error'; code: number; description: string; retryAfterS?: number; migrateToChatId?: number; afterDoing?: boolean }
  /** HTML with this status, as a proxy in between sends. */
  | { answer: 'html'; status: number }
  /** Closes the connection, before or after it has done what was asked. */
  | { answer: 'cut'; afterDoing: boolean }
  | { answer: 'late'; ms: number };

/** A message as people see it now. */
export interface TelegramMessage {
  messageId: number;
  /** Null: a channel's. */
  from: number | null;
  /** Text or caption. */
  text: string;
  replyTo: number | null;
  /** Rows of inline buttons. */
  buttons: readonly (readonly { text: string; data: string | null; url: string | null }[])[];
  forceReply: boolean;
  file: { kind: 'photo' | 'document' | 'audio' | 'video' | 'animation'; fileId: string; name: string | null; bytes: Uint8Array } | null;
  edits: number;
}

/** Somebody who uses Telegram. `chat`: the group or channel; without it their own chat with the bot. */
export interface TelegramPerson {
  id: number;
  name: string;
  write(text: string, options?: { chat?: number; replyTo?: number }): number;
  sendPhoto(bytes: Uint8Array, options?: { chat?: number; caption?: string; group?: string; replyTo?: number }): number;
  sendFile(bytes: Uint8Array, options: { name: string; mimeType: string; chat?: number; caption?: string }): number;
  /** Presses the button with this label below a message. Throws if there is none. Resolves to what the bot answered the click with. */
  press(messageId: number, label: string | RegExp, options?: { chat?: number }): Promise<{ text: string | null; alert: boolean }>;
  edit(messageId: number, text: string, options?: { chat?: number }): void;
  remove(messageId: number, options?: { chat?: number }): void;
  block(): void;
  unblock(): void;
}

/** A Bot API with people, for the demonstration and for tests. */
export interface EmulatedTelegram {
  /** For TELEGRAM_API_URL. */
  url: string;
  token: string;
  botId: number;
  username: string;
  /** The same name is the same person. */
  person(name: string): TelegramPerson;
  /** A group with these people and the bot. Resolves to its chat id, which is negative. */
  group(title: string, members: readonly TelegramPerson[]): number;
  /** A channel in which the bot is an admin; `post` posts as the channel. */
  channel(title: string): { id: number; post(options: { text?: string; photo?: Uint8Array }): number };
  /** What is in a chat now, oldest first. */
  messages(chat: number): TelegramMessage[];
  /** Resolves to the first message of a chat that fits, now or later. Rejects after `timeoutMs` (default 10 s) with what is there instead. */
  until(chat: number, fits: (message: TelegramMessage) => boolean, timeoutMs?: number): Promise<TelegramMessage>;
  /** Every call so far, without files. */
  calls(): readonly { method: string; payload: Record<string, unknown>; atMs: number }[];
  /** The next call of this method gets this answer; several are used up in turn. */
  fail(method: string, fault: TelegramFault): void;
  /** How updates are delivered: each so many times, later by so much, clicks before the messages that were sent before them. */
  deliver(how: { copies?: number; delayMs?: number; clicksFirst?: boolean }): void;
  /** How many updates nobody has taken yet. */
  pending(): number;
  close(): Promise<void>;
}
