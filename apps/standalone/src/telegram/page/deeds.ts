import { z } from 'zod';
import type { EmulatedTelegram, TelegramPerson } from '../emulated-telegram.ts';
import type { Chat } from '../world/model.ts';

/** What the page shows of something that was done. */
export interface Outcome {
  /** What went wrong. */
  error?: string;
  /** What the bot answered a click with; an alert stays until it is closed. */
  answer?: { text: string; alert: boolean };
}

export type PageDeed =
  | { do: 'send'; chat: number; text: string; replyTo: number | null }
  | { do: 'press'; chat: number; message: number; label: string };

/** What is said about a file that is uploaded. */
export const uploadSchema = z.object({
  chat: z.coerce.number().int(),
  name: z.string().min(1).max(255),
  type: z.string().max(100).default(''),
  caption: z.string().max(1_024).default(''),
  group: z.string().max(64).optional(),
  /** How many files are sent together. */
  count: z.coerce.number().int().min(1).max(10).default(1),
  replyTo: z.coerce.number().int().optional(),
  asFile: z.enum(['yes', 'no']).default('no'),
});
export type UploadedFile = z.output<typeof uploadSchema> & { bytes: Uint8Array };

/** Does what somebody did at the page. Never rejects: what went wrong is a sentence. */
export async function perform(telegram: EmulatedTelegram, you: TelegramPerson, what: PageDeed): Promise<Outcome> {
  return guarded(async () => {
    const { id, type } = chatOf(telegram, what.chat);
    const place = type === 'private' ? {} : { chat: id };
    if (what.do === 'press') {
      const { text, alert } = await you.press(what.message, what.label, place);
      return text === null ? {} : { answer: { text, alert } };
    }
    const reply = what.replyTo === null ? {} : { replyTo: what.replyTo };
    if (type === 'channel') telegram.postAs(id, { text: what.text });
    else you.write(what.text, { ...place, ...reply });
    return {};
  });
}

/** Files that are on their way. */
export interface Albums {
  /** Sends a file, or keeps it until all that belong to it have come: an album is sent in one go. Never rejects. */
  take(file: UploadedFile): Outcome;
}

export function createAlbums(telegram: EmulatedTelegram, you: TelegramPerson): Albums {
  const waiting = new Map<string, UploadedFile[]>();
  return {
    take: (file) => {
      const { group, count } = file;
      const files = [...(group === undefined ? [] : (waiting.get(group) ?? [])), file];
      if (group !== undefined && files.length < count) {
        waiting.set(group, files);
        return {};
      }
      if (group !== undefined) waiting.delete(group);
      try {
        for (const each of files) sendFile(telegram, you, each);
        return {};
      } catch (error) {
        return { error: sentence(error) };
      }
    },
  };
}

/** Sends a file that was chosen at the page: a picture as a photo, unless it shall stay as it is. */
function sendFile(telegram: EmulatedTelegram, you: TelegramPerson, { bytes, chat: chatId, ...file }: UploadedFile): void {
  const { name, type, caption, group, replyTo, asFile } = file;
  const chat = chatOf(telegram, chatId);
  const isPhoto = asFile === 'no' && /^image\/(?:jpeg|png|webp)$/.test(type);
  const mimeType = type === '' ? 'application/octet-stream' : type;
  if (chat.type === 'channel') {
    telegram.postAs(chat.id, { text: caption, ...(isPhoto ? { photo: bytes } : { document: { bytes, name, mimeType } }) });
    return;
  }
  const said = {
    caption,
    ...(chat.type !== 'private' && { chat: chat.id }),
    ...(group !== undefined && { group }),
    ...(replyTo !== undefined && { replyTo }),
  };
  if (isPhoto) you.sendPhoto(bytes, said);
  else you.sendFile(bytes, { ...said, name, mimeType });
}

function chatOf({ world }: EmulatedTelegram, id: number): Chat {
  const chat = world.chats.get(id);
  if (!chat) throw new Error('This chat is gone.');
  return chat;
}

async function guarded(run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    return { error: sentence(error) };
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : 'That did not work.');
