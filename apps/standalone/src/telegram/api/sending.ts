import { z } from 'zod';
import { imageSize } from '../world/image-size.ts';
import type { FileKind, Message, StoredFile } from '../world/model.ts';
import { messageJson } from '../world/render.ts';
import type { World } from '../world/world.ts';
import { ApiError, badRequest } from './api-error.ts';
import { type Call, fields, json, type Method } from './call.ts';
import { answeredOf, captionOf, markupOf, openChat, textOf } from './content.ts';

const mostPhotoBytes = 10 * 1_024 * 1_024;
const mostFileBytes = 50 * 1_024 * 1_024;

type Content = Pick<Message, 'text' | 'entities' | 'file'> & { groupId?: string };

function send(call: Call, world: World, content: Content): Message {
  const chat = openChat(call, world);
  return world.add({
    chat: chat.id,
    from: chat.type === 'channel' ? null : world.bot.id,
    groupId: null,
    forwardedFrom: null,
    ...content,
    replyTo: answeredOf(call, chat),
    markup: markupOf(call) ?? null,
  });
}

const sendMessage: Method = (call, world) => {
  openChat(call, world);
  return messageJson(world, send(call, world, { ...textOf(call), file: null }));
};

const sendFile =
  (kind: FileKind): Method =>
  (call, world) => {
    openChat(call, world);
    const words = captionOf(call);
    const { title, performer } = fields(call, z.looseObject({ title: z.string().optional(), performer: z.string().optional() }));
    const file = fileOf(call, world, kind, call.values[kind], { name: kind, title: title ?? null, performer: performer ?? null });
    return messageJson(world, send(call, world, { ...words, file }));
  };

/** A file that comes with the call, or one that is known already. */
export function fileOf(
  call: Call,
  world: World,
  kind: FileKind,
  given: unknown,
  { name, title, performer }: { name: string; title: string | null; performer: string | null },
): StoredFile {
  const reference = typeof given === 'string' ? given : '';
  const upload = call.files.get(/^attach:\/\/(.+)$/.exec(reference)?.[1] ?? name);
  if (!upload) {
    const known = reference === '' ? null : world.files.file(reference);
    if (known?.kind === kind) return known;
    if (known) throw badRequest(`can't use file of type ${known.kind} as ${kind}`);
    throw badRequest(reference === '' ? `there is no ${kind} in the request` : 'wrong file identifier/HTTP URL specified');
  }
  const { bytes, name: fileName, mimeType } = upload;
  if (bytes.byteLength === 0) throw badRequest('file must be non-empty');
  if (bytes.byteLength > mostFileBytes) throw new ApiError(413, 'Request Entity Too Large');
  if (kind === 'photo') checkPhoto(bytes);
  return world.files.add({
    kind,
    bytes,
    name: kind === 'photo' ? null : fileName,
    mimeType: kind === 'photo' ? 'image/jpeg' : mimeOf(fileName, mimeType),
    title,
    performer,
  });
}

function checkPhoto(bytes: Uint8Array): void {
  if (bytes.byteLength > mostPhotoBytes)
    throw badRequest(
      `file of size ${String(bytes.byteLength)} bytes is too big for a photo; the maximum size is ${String(mostPhotoBytes)} bytes`,
    );
  const size = imageSize(bytes);
  if (!size) throw badRequest('IMAGE_PROCESS_FAILED');
  const { width, height } = size;
  if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height)) throw badRequest('PHOTO_INVALID_DIMENSIONS');
}

/** Telegram goes by the name. */
const types: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  wav: 'audio/x-wav',
  mp4: 'video/mp4',
  txt: 'text/plain',
  csv: 'text/csv',
  json: 'application/json',
  pdf: 'application/pdf',
};
const mimeOf = (name: string, given: string): string => types[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''] ?? given;

const groupSchema = z.looseObject({
  media: json(
    z.array(
      z.looseObject({
        type: z.enum(['photo', 'video', 'document', 'audio']),
        media: z.string(),
        caption: z.string().default(''),
        caption_entities: z.array(z.unknown()).default([]),
      }),
    ),
  ),
});
let groups = 0;

const sendMediaGroup: Method = (call, world) => {
  openChat(call, world);
  const { media } = fields(call, groupSchema);
  if (media.length < 2 || media.length > 10) throw badRequest('wrong number of media to send specified: 2-10 are allowed');
  groups += 1;
  const groupId = `bot${String(groups)}`;
  const contents = media.map((item) => ({
    ...captionOf({ ...call, values: item }),
    file: fileOf(call, world, item.type, item.media, { name: '', title: null, performer: null }),
    groupId,
  }));
  return contents.map((content) => messageJson(world, send(call, world, content)));
};

const sendChatAction: Method = (call, world) => {
  const chat = openChat(call, world);
  const { action } = fields(call, z.looseObject({ action: z.string().regex(/^(?:typing|upload_|record_|choose_|find_)/) }));
  chat.action = { name: action, untilMs: Date.now() + 5_000 };
  world.changed();
  return true;
};

/** Methods that send something. */
export const sending: Record<string, Method> = {
  sendMessage,
  sendPhoto: sendFile('photo'),
  sendDocument: sendFile('document'),
  sendAudio: sendFile('audio'),
  sendVideo: sendFile('video'),
  sendAnimation: sendFile('animation'),
  sendMediaGroup,
  sendChatAction,
};
