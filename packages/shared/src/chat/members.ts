import { z } from 'zod';
import { channelKeySchema } from './chat.ts';
import type { NewPost, PostProgress } from './posts.ts';
import type { Post } from './post.ts';
import type { RichText } from './rich-text.ts';

/** Where somebody waits for an answer that only this person sees. */
export const answerToSchema = z.object({
  /** The platform's id of the person: `U0123`. */
  member: z.string().min(1).max(64),
  /** Where it was asked; null: outside of any channel. */
  channel: channelKeySchema.nullable(),
  /** The message whose thread it was asked in. */
  thread: z.string().nullable(),
  /** An address for answers that the platform gave us for half an hour; null: none. */
  url: z.string().max(2_048).nullable(),
});
export type AnswerTo = z.infer<typeof answerToSchema>;

/** Whether somebody may do something. `unknown`: the platform does not say, so not now. */
export type Permission = 'yes' | 'no' | 'unknown';

/** The members of a chat platform: what they may do, and what only one of them sees. */
export interface ChatMembers {
  /** Whether this member may ask who was seen: whoever is in the results channel may. */
  mayRead(member: string, signal: AbortSignal): Promise<Permission>;
  /** Whether this member may name people: everyone in the results channel, a list, or a user group, as configured. */
  mayName(member: string, signal: AbortSignal): Promise<Permission>;
  /** Whether this member may manage rules and decide about violations: whoever is in the admin channel, or a list, as configured. */
  mayAdminister(member: string, signal: AbortSignal): Promise<Permission>;
  /** A line that only this member sees; by direct message where that is not possible. Never rejects with a permanent error: nobody waits for it. */
  tell(to: AnswerTo, text: RichText, signal: AbortSignal): Promise<void>;
  /** A longer answer that only this member sees. */
  answer(to: AnswerTo, post: Post, signal: AbortSignal): Promise<void>;
  /** A direct message, exactly once; as ChatPosts.send. */
  message(
    member: string,
    post: Omit<NewPost, 'channel'>,
    save: (progress: PostProgress) => Promise<void>,
    signal: AbortSignal,
  ): Promise<PostProgress>;
  /** Shows a member the app's own page (Slack: App Home). */
  showHome(member: string, post: Post, signal: AbortSignal): Promise<void>;
  /** What a member is called; null: nobody knows. */
  memberName(member: string, signal: AbortSignal): Promise<string | null>;
}
