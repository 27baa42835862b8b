import { z } from 'zod';
import { channelKeySchema, chatFileSchema } from './chat.ts';

/** One text of a message, without any platform's markup, as a reader sees it. */
export const messageTextSchema = z.object({
  /** Where it stands: `text`, `link`, `attachment`, `username`, `file 1: name`. Never a part of the text itself. */
  where: z.string().max(200),
  text: z.string(),
});
export type MessageText = z.infer<typeof messageTextSchema>;

/** All that a message says: what rules look at. */
export const messageContentSchema = z.object({
  texts: z.array(messageTextSchema),
  /** Of an edit: what it said before, if the platform told. */
  before: z.array(messageTextSchema).nullable(),
  files: z.array(chatFileSchema),
});
export type MessageContent = z.infer<typeof messageContentSchema>;

/** Who wrote a message. The platform's own ids; at least one of them is set, unless the platform names nobody. */
export const authorSchema = z.object({
  member: z.string().max(64).nullable(),
  bot: z.string().max(64).nullable(),
  app: z.string().max(64).nullable(),
});
export type Author = z.infer<typeof authorSchema>;

/** Which message, and whose. */
export const messageRefSchema = z.object({
  channel: channelKeySchema,
  /** The platform's id of the message in its channel (Slack's ts). */
  messageId: z.string().min(1).max(64),
  /** The first message of its thread; null: it is in the channel itself, or is that first one. */
  thread: z.string().max(64).nullable(),
  author: authorSchema,
  /** Milliseconds since 1970. */
  postedAtMs: z.number().int().nonnegative(),
  /** A direct message, of two or of several people. Rules look at these only where they are listed by their id. */
  isDirect: z.boolean(),
});
export type MessageRef = z.infer<typeof messageRefSchema>;

/** A message with what it says. */
export interface Message extends MessageRef {
  content: MessageContent;
}
