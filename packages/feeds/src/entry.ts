import { z } from 'zod';
import { channelKeySchema } from '@watchpost/shared/chat/chat';
import { authorSchema } from '@watchpost/shared/chat/message';
import { writtenSchema } from '@watchpost/shared/chat/written';

/** Why readers must not see a version, whoever approves it; each weighs more than those before it. */
export const withheldReasons = ['off-record', 'may-not-post', 'rule'] as const;

/** A version of a message as an entry keeps it. */
export const versionSchema = z.object({
  /** When it came to be: microseconds since 1970. */
  atUs: z.number().int(),
  /** Of what it says. Two versions that say the same have the same. */
  hash: z.string(),
  isEdited: z.boolean(),
  /** Null: nothing but a missing approval stands in its way. */
  withheld: z.enum(withheldReasons).nullable(),
  /** The Written as JSON, sealed so that processes that serve readers cannot open it; null: it is published, or must not be kept. */
  sealed: z.string().nullable(),
});
export type Version = z.infer<typeof versionSchema>;

/** A mark that somebody set: only those that approve are kept. */
export const markSchema = z.object({
  emoji: z.string(),
  member: z.string(),
  isSet: z.boolean(),
  atUs: z.number().int(),
});
export type Mark = z.infer<typeof markSchema>;

/** One picture of an entry, on its way to readers. */
export const entryPictureSchema = z.object({
  fileId: z.string(),
  state: z.enum(['waiting', 'there', 'failed']),
  /** Where readers load it from; null until it is there. A path of our own begins with `/`. */
  url: z.string().nullable(),
  /** By which its destination knows it, to remove it; null: it has not been brought anywhere. */
  name: z.string().nullable(),
  widthPx: z.number().int().nullable(),
  heightPx: z.number().int().nullable(),
  altText: z.string().nullable(),
  mimeType: z.string().nullable(),
  sizeBytes: z.number().int().nullable(),
});
export type EntryPicture = z.infer<typeof entryPictureSchema>;

/** What readers see of a message. */
export const publishedSchema = z.object({
  /** Of the version. */
  atUs: z.number().int(),
  hash: z.string(),
  isEdited: z.boolean(),
  /** Somebody approved it. */
  isApproved: z.boolean(),
  written: writtenSchema,
});
export type Published = z.infer<typeof publishedSchema>;

/** What an editor decided about an entry; it wins over what Slack says. */
export const editorialSchema = z.object({
  /** In place of the message's text, plain; null: the message's own. */
  text: z.string().nullable(),
  /** Not to be shown. */
  isHidden: z.boolean(),
  /** Approved by hand: this version, microseconds; null: not. */
  approvedAtUs: z.number().int().nullable(),
  by: z.string(),
  atMs: z.number().int(),
});
export type Editorial = z.infer<typeof editorialSchema>;

/** One message of a feed. Kept as a document of the kind `entry`. */
export const entrySchema = z.object({
  v: z.literal(1),
  id: z.string(),
  /** The feed's slug. */
  feed: z.string(),
  channel: channelKeySchema,
  messageId: z.string(),
  thread: z.string().nullable(),
  isBroadcast: z.boolean(),
  /** Null: only later events of it have come so far. */
  author: authorSchema.nullable(),
  /** When the message was posted: its place in the feed. Milliseconds since 1970. */
  postedAtMs: z.number().int(),
  /** The newest first. */
  versions: z.array(versionSchema),
  /** Null: it is not deleted. A deleted one never comes back. */
  deletedAtUs: z.number().int().nullable(),
  /** Marks set before this time are as the platform's list said then, microseconds; 0: no list was seen. */
  marksFromUs: z.number().int(),
  marks: z.array(markSchema),
  editorial: editorialSchema.nullable(),
  /** Null: nothing of it may be shown. */
  published: publishedSchema.nullable(),
  /** Of what is published, in its order. */
  pictures: z.array(entryPictureSchema),
  /** Counts what was wanted of the hand-off of its pictures. */
  picturesWanted: z.number().int(),
  /** Counts the changes that readers can see; 0: nothing of it was ever published. */
  changes: z.number().int(),
});
export type Entry = z.infer<typeof entrySchema>;

/** The id of a message's entry in a feed. */
export const entryIdOf = (slug: string, messageId: string): string => `${slug}.${messageId}`;
