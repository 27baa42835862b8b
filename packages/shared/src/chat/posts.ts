import { z } from 'zod';
import { channelKeySchema, type ChannelKey, type Picture } from './chat.ts';
import type { Post } from './post.ts';

/**
 * How far a post got; stored between steps, so that a retry continues instead of posting twice.
 * `uploaded`: the platform has the picture. `asked`: we asked for the post and do not know the outcome. `posted`: it is in the channel.
 * `gone`: it was there, and somebody deleted it.
 */
export const postProgressSchema = z.object({
  state: z.enum(['uploaded', 'asked', 'posted', 'gone']),
  /** The picture; null: posted without one. */
  fileId: z.string().nullable(),
  /** When the picture was uploaded, milliseconds since 1970: the platform may still be working on it. */
  uploadedAtMs: z.number().nullable(),
  /** When we last asked for the post, milliseconds since 1970. */
  askedAtMs: z.number().nullable(),
  /** The post; set once it is `posted`. */
  messageId: z.string().nullable(),
  /** Where it is, if that is not where it was sent: a member's direct messages. */
  channel: channelKeySchema.exactOptional(),
});
export type PostProgress = z.infer<typeof postProgressSchema>;

/** A message to be posted exactly once. */
export interface NewPost {
  channel: ChannelKey;
  /** Stored with the post, so that it is found again after a lost answer: the same for each attempt, and no other post's. */
  key: string;
  post: Post;
  /** Null: without a picture. */
  picture: Picture | null;
  /** Files that `upload` uploaded, of any kind, which it shows to the channel. */
  files?: readonly { id: string; title: string }[];
  /** Below this message, in its thread; null: in the channel itself. */
  thread: string | null;
  /** How far an earlier attempt got. */
  progress: PostProgress | null;
}

/**
 * Posts that are made once and edited afterwards. All calls that show something in a channel wait for the channel's turn (see Turns).
 * Errors are AppErrors: permanent, repairable, or transient with the platform's own delay.
 */
export interface ChatPosts {
  /**
   * Posts, exactly once; where the platform has no way to find out what became of a lost call, at least once. `save` is awaited before each
   * step whose outcome could be lost, and with the outcome.
   */
  send(post: NewPost, save: (progress: PostProgress) => Promise<void>, signal: AbortSignal): Promise<PostProgress>;
  /** Edits a post's text and buttons; its picture stays. `gone`: somebody has deleted it. */
  edit(
    shown: { channel: ChannelKey; messageId: string; fileId: string | null; post: Post },
    signal: AbortSignal,
  ): Promise<'edited' | 'gone'>;
  /**
   * Tries to put another picture into a post, and reads back whether the platform shows it. `kept`: it does not, the old one is still
   * there. `gone`: somebody has deleted the post. Rejects with `file-gone` if what was uploaded is not there any more.
   */
  swapPicture(
    shown: { channel: ChannelKey; messageId: string; oldFileId: string | null; fileId: string; post: Post },
    signal: AbortSignal,
  ): Promise<'swapped' | 'kept' | 'gone'>;
  /** Uploads a picture, or any file, without showing it anywhere yet. Resolves to the file's id. */
  upload(picture: Picture, signal: AbortSignal): Promise<string>;
  /** Deletes a post of ours from its channel; one that is gone is no error. Its picture stays where the platform keeps files apart. */
  withdraw(post: { channel: ChannelKey; messageId: string }, signal: AbortSignal): Promise<void>;
  /** Deletes a picture of ours wherever it is shown; one that is gone is no error. */
  remove(fileId: string, signal: AbortSignal): Promise<void>;
}
