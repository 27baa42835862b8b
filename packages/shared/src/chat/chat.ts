import { z } from 'zod';

/** A channel of any chat platform, qualified by the platform: `slack:C0123`. Telegram's will be `telegram:-100123`. */
export const channelKeySchema = z.templateLiteral([z.enum(['slack']), ':', z.string().min(1)]);
export type ChannelKey = z.infer<typeof channelKeySchema>;

/** The platform's own id of a channel: `C0123` of `slack:C0123`. */
export function channelId(channel: ChannelKey): string {
  return channel.slice(channel.indexOf(':') + 1);
}

/** A file as a message announced it. Only a reference: who downloads it asks the platform. */
export const chatFileSchema = z.object({
  id: z.string().min(1),
  name: z.string().nullable(),
  /** What the platform believes; cameras post JPEG called image/png, so the bytes decide later. */
  mimeType: z.string().nullable(),
  sizeBytes: z.number().int().nonnegative().nullable(),
  /** Where the bytes are. Null: the event was a stub and the platform must be asked first. */
  url: z.string().nullable(),
  /** A picture of it made by the platform, for formats that we cannot decode (HEIC). */
  thumbnailUrl: z.string().nullable(),
});
export type ChatFile = z.infer<typeof chatFileSchema>;

/** A picture ready to post. */
export interface Picture {
  bytes: Uint8Array;
  /** With its extension: `front-door.jpg`. */
  fileName: string;
  title: string;
  /** For readers who do not see it. */
  altText: string;
}

/**
 * What an upload has reached; stored between steps so that a retry goes on instead of posting twice.
 * `uploaded`: the bytes are there. `sharing`: we asked for the post and do not know whether it happened. `shared`: it is in the channel.
 */
export const uploadProgressSchema = z.object({
  state: z.enum(['uploaded', 'sharing', 'shared']),
  fileId: z.string(),
  /** The post, once it is `shared`. */
  messageId: z.string().exactOptional(),
});
export type UploadProgress = z.infer<typeof uploadProgressSchema>;

/** A chat platform, as the worker needs it. Errors are AppErrors: permanent, or transient with the platform's own delay. */
export interface ChatPlatform {
  /** The file's bytes, at most `maxBytes`; the platform's own thumbnail where `source` says so. */
  download(file: ChatFile, options: { maxBytes: number; source: 'original' | 'thumbnail' }, signal: AbortSignal): Promise<Uint8Array>;
  /** A link that people can open, or null where there is none. */
  permalink(channel: ChannelKey, messageId: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Puts one picture with its text into a channel, exactly once: `progress` is what an earlier try reached,
   * `save` is awaited before each step whose outcome could be lost.
   */
  sharePicture(
    post: { channel: ChannelKey; picture: Picture; text: string; progress: UploadProgress | null },
    save: (progress: UploadProgress) => Promise<void>,
    signal: AbortSignal,
  ): Promise<UploadProgress>;
}
