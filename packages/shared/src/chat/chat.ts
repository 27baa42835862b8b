import { z } from 'zod';

/** A channel of any chat platform, prefixed with the platform: `slack:C0123`. */
export const channelKeySchema = z.templateLiteral([z.string().regex(/^[a-z]+$/), ':', z.string().min(1)]);
export type ChannelKey = z.infer<typeof channelKeySchema>;

/** The platform of a channel: `slack` of `slack:C0123`. */
export function platformOf(channel: ChannelKey): string {
  return channel.slice(0, channel.indexOf(':'));
}

/** The platform's own id of a channel: `C0123` of `slack:C0123`. */
export function channelId(channel: ChannelKey): string {
  return channel.slice(channel.indexOf(':') + 1);
}

/** A file as a message announced it. Only a reference: to download it, ask the platform. */
export const chatFileSchema = z.object({
  id: z.string().min(1),
  name: z.string().nullable(),
  /** As the platform says. Cameras post JPEG named image/png, so the bytes decide later. */
  mimeType: z.string().nullable(),
  sizeBytes: z.number().int().nonnegative().nullable(),
  /** Where the bytes are. Null: the event was incomplete, ask the platform first. */
  url: z.string().nullable(),
  /** A thumbnail made by the platform, for formats that we cannot decode (HEIC). */
  thumbnailUrl: z.string().nullable(),
});
export type ChatFile = z.infer<typeof chatFileSchema>;

/** A file of which nothing but its id is known: the platform is asked for the rest. */
export const onlyId = (id: string): ChatFile => ({ id, name: null, mimeType: null, sizeBytes: null, url: null, thumbnailUrl: null });

/** A picture to post. */
export interface Picture {
  /** Makes the picture: a retry may not need it. Rejects as its maker does. */
  bytes: () => Promise<Uint8Array>;
  /** With its extension: `front-door.jpg`. */
  fileName: string;
  title: string;
  /** For readers who cannot see it. */
  altText: string;
}

/** A chat platform, as the worker needs it. Errors are AppErrors: permanent, repairable, or transient with the platform's own delay. */
export interface ChatPlatform {
  /**
   * Asks whether the platform accepts us for this use: to `read` the snapshots, or to post to `channel`. Resolves if nothing is seen to
   * stand in the way. Rejects with the `repairable` error that a person must see to, its message a sentence with the repair, or with
   * another one if the platform does not say.
   */
  check(use: { read: true } | { channel: ChannelKey }, signal: AbortSignal): Promise<void>;
  /** The file's bytes, at most `maxBytes`, or those of the platform's thumbnail. */
  download(file: ChatFile, options: { maxBytes: number; source: 'original' | 'thumbnail' }, signal: AbortSignal): Promise<Uint8Array>;
  /** A link that people can open, or null if there is none, or none can be had soon. */
  permalink(channel: ChannelKey, messageId: string, signal: AbortSignal): Promise<string | null>;
}
