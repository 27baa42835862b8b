import { imageEndings } from '@watchpost/shared/image-formats';
import { z } from 'zod';

/** Identifiers of Telegram have up to 52 bits; those of groups and channels are negative. */
const idSchema = z.number().int();
/** Becomes part of job ids. */
const wordSchema = z.string().regex(/^[\w-]{1,64}$/);
const fileIdSchema = z.string().regex(/^[\w-]{1,256}$/);
const maybeText = z.string().nullish().catch(null);
const maybeNumber = z.number().nullish().catch(null);

/** A part that is not as we know it is as if it were not there: Telegram adds fields and kinds without notice. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().catch(null);

const chatSchema = z.object({ id: idSchema, type: z.string(), title: maybeText });
const userSchema = z.object({
  id: idSchema,
  is_bot: z.boolean().catch(false),
  first_name: maybeText,
  last_name: maybeText,
  language_code: maybeText,
});
const photoSchema = z.object({
  file_id: fileIdSchema,
  file_unique_id: wordSchema,
  width: z.number().catch(0),
  height: z.number().catch(0),
  file_size: maybeNumber,
});
const documentSchema = z.object({
  file_id: fileIdSchema,
  file_unique_id: wordSchema,
  file_name: maybeText,
  mime_type: maybeText,
  file_size: maybeNumber,
  thumbnail: maybe(z.object({ file_id: fileIdSchema })),
});
const originSchema = z.object({
  type: z.string(),
  sender_user: maybe(userSchema),
  chat: maybe(chatSchema),
  sender_chat: maybe(chatSchema),
});
const entitySchema = z.object({
  type: z.string(),
  offset: z.number().int(),
  length: z.number().int(),
  user: maybe(z.object({ id: idSchema })),
});
const entities = z
  .array(entitySchema.nullable().catch(null))
  .nullish()
  .catch(null)
  .transform((list) => (list ?? []).filter((entity) => entity !== null));

/** What people can send that we cannot look into, and still answer. */
const otherContents = [
  'animation',
  'audio',
  'contact',
  'dice',
  'document',
  'location',
  'poll',
  'sticker',
  'story',
  'venue',
  'video',
  'video_note',
  'voice',
];

const messageSchema = z.looseObject({
  message_id: idSchema.positive(),
  date: z.number().int().positive(),
  chat: chatSchema,
  from: maybe(userSchema),
  sender_chat: maybe(chatSchema),
  via_bot: maybe(userSchema),
  forward_origin: maybe(originSchema),
  reply_to_message: maybe(z.object({ message_id: idSchema, from: maybe(userSchema) })),
  media_group_id: maybe(wordSchema),
  text: maybeText,
  caption: maybeText,
  entities,
  caption_entities: entities,
  photo: z.unknown().optional(),
  document: z.unknown().optional(),
  reply_markup: z.unknown().optional(),
  migrate_to_chat_id: maybe(idSchema),
  migrate_from_chat_id: maybe(idSchema),
});

const clickSchema = z.object({
  id: wordSchema,
  from: userSchema,
  /** One that is inaccessible has chat and number too, and the date 0. */
  message: maybe(z.object({ message_id: idSchema.positive(), chat: chatSchema })),
  data: maybeText,
});

const memberSchema = z.object({ status: z.string(), is_member: maybe(z.boolean()) });
const membershipSchema = z.object({
  chat: chatSchema,
  from: userSchema,
  date: z.number().int().positive(),
  old_chat_member: memberSchema,
  new_chat_member: memberSchema,
});

const updateSchema = z.looseObject({ update_id: z.number().int().nonnegative() });

export type TelegramUser = z.infer<typeof userSchema>;
export type TelegramChat = z.infer<typeof chatSchema>;
export type TelegramEntity = z.infer<typeof entitySchema>;

/** A picture of a message, the largest of its sizes. */
export interface TelegramPicture {
  fileId: string;
  /** The same for every bot and each time that it is sent. */
  uniqueId: string;
  name: string | null;
  mimeType: string | null;
  sizeBytes: number | null;
  /** The id of a smaller one that Telegram has made, as it does of formats that we cannot decode. */
  thumbnailId: string | null;
}

/** The parts of a message that we use, wherever it was posted. */
export interface TelegramPost {
  chat: TelegramChat;
  messageId: number;
  /** Milliseconds since 1970. */
  postedAtMs: number;
  from: TelegramUser | null;
  /** Whoever posts as a chat: a channel, or an admin who is anonymous; `from` is invented then. */
  postedAs: TelegramChat | null;
  viaBot: number | null;
  origin: z.infer<typeof originSchema> | null;
  replyTo: { messageId: number; from: number | null } | null;
  /** Of an album. */
  group: string | null;
  /** Its text, or its caption. */
  text: string;
  entities: TelegramEntity[];
  picture: TelegramPicture | null;
  /** A picture without a usable id. */
  isBroken: boolean;
  hasButtons: boolean;
  /** There is something that somebody has written or sent, and not only news of the chat itself. */
  saysSomething: boolean;
  /** The chat has become another one, or was another one before. */
  movedTo: number | null;
  movedFrom: number | null;
}

/** The kinds of updates that we ask Telegram for. */
export const updateKinds = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'callback_query',
  'my_chat_member',
] as const;
type MessageKind = Exclude<(typeof updateKinds)[number], 'callback_query' | 'my_chat_member'>;

/** What Telegram tells. `name`: as a metrics label. */
export type Update =
  | { kind: 'post'; name: MessageKind; isEdited: boolean; post: TelegramPost }
  | { kind: 'click'; name: 'callback_query'; click: z.infer<typeof clickSchema> }
  | { kind: 'membership'; name: 'my_chat_member'; membership: z.infer<typeof membershipSchema> }
  /** Of a kind that this version does not know. */
  | { kind: 'other'; name: 'other' }
  /** Will never be understood. */
  | { kind: 'malformed'; name: 'malformed' };

const malformed: Update = { kind: 'malformed', name: 'malformed' };

/** Reads an update; never throws. Pure. */
export function parseUpdate(body: unknown): Update {
  const update = updateSchema.safeParse(body);
  if (!update.success) return malformed;
  const name = updateKinds.find((each) => update.data[each] !== undefined);
  if (name === undefined) return { kind: 'other', name: 'other' };
  const value = update.data[name];
  if (name === 'callback_query') {
    const click = clickSchema.safeParse(value);
    return click.success ? { kind: 'click', name, click: click.data } : malformed;
  }
  if (name === 'my_chat_member') {
    const membership = membershipSchema.safeParse(value);
    return membership.success ? { kind: 'membership', name, membership: membership.data } : malformed;
  }
  const message = messageSchema.safeParse(value);
  if (!message.success) return malformed;
  return { kind: 'post', name, isEdited: name.startsWith('edited_'), post: toPost(message.data) };
}

function toPost(message: z.infer<typeof messageSchema>): TelegramPost {
  const { reply_to_message: repliedTo } = message;
  const { picture, isBroken } = pictureOf(message);
  const text = message.text ?? message.caption ?? '';
  return {
    chat: message.chat,
    messageId: message.message_id,
    postedAtMs: message.date * 1_000,
    from: message.from ?? null,
    postedAs: message.sender_chat ?? null,
    viaBot: message.via_bot?.id ?? null,
    origin: message.forward_origin ?? null,
    replyTo: repliedTo ? { messageId: repliedTo.message_id, from: repliedTo.from?.id ?? null } : null,
    group: message.media_group_id ?? null,
    text,
    entities: typeof message.text === 'string' ? message.entities : message.caption_entities,
    picture,
    isBroken,
    hasButtons: Boolean(message.reply_markup),
    saysSomething: text !== '' || picture !== null || otherContents.some((content) => Boolean(message[content])),
    movedTo: message.migrate_to_chat_id ?? null,
    movedFrom: message.migrate_from_chat_id ?? null,
  };
}

/** A photo (also a live one) in its largest size, or a file that says it is an image; an animation has a file too, and is none. */
function pictureOf(message: z.infer<typeof messageSchema>): { picture: TelegramPicture | null; isBroken: boolean } {
  const none = { picture: null, isBroken: false };
  if (message['animation']) return none;
  if (Array.isArray(message.photo) && message.photo.length > 0) {
    const sizes = message.photo.flatMap((size) => photoSchema.safeParse(size).data ?? []);
    const largest = sizes.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
    if (!largest) return { picture: null, isBroken: true };
    const { file_id: fileId, file_unique_id: uniqueId, file_size: size } = largest;
    return {
      picture: { fileId, uniqueId, name: null, mimeType: 'image/jpeg', sizeBytes: bytes(size), thumbnailId: null },
      isBroken: false,
    };
  }
  if (!message.document) return none;
  const document = documentSchema.safeParse(message.document);
  if (!document.success) return { picture: null, isBroken: true };
  const { file_id: fileId, file_unique_id: uniqueId, file_name: name, mime_type: mimeType, file_size: size } = document.data;
  if (!isImage(name ?? '', mimeType ?? '')) return none;
  return {
    picture: {
      fileId,
      uniqueId,
      name: name ?? null,
      mimeType: mimeType ?? null,
      sizeBytes: bytes(size),
      thumbnailId: document.data.thumbnail?.file_id ?? null,
    },
    isBroken: false,
  };
}

const imageName = new RegExp(`\\.(?:${Object.values(imageEndings).flat().join('|')})$`, 'i');

/** Type and name are what the sender says; the bytes decide later. */
const isImage = (name: string, mimeType: string): boolean => mimeType.toLowerCase().startsWith('image/') || imageName.test(name);

const bytes = (size: number | null | undefined): number | null => (size && Number.isSafeInteger(size) && size > 0 ? size : null);
