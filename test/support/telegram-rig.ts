import { Writable } from 'node:stream';
import { startEmulatedTelegram, type EmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';
import type { ChatAccess, Role } from '@watchpost/shared/chat/access';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { Post, PostSection } from '@watchpost/shared/chat/post';
import type { NewPost, PostProgress } from '@watchpost/shared/chat/posts';
import type { ChatTalk } from '@watchpost/shared/chat/talk';
import { createLogger } from '@watchpost/shared/observability/logger';
import { telegram } from '@watchpost/telegram/telegram';
import { telegramWorkerEnv } from '@watchpost/telegram/config';
import sharp from 'sharp';
import { z } from 'zod';
import { madePicture, notedTurns } from './posts-rig.ts';

export const telegramToken = '7203344556:AAHcanary_canary-canary_canary_canary1';
/** Whatever ends with this is the token, or much of it. */
export const tokenPart = 'canary';

/** A picture that Telegram takes as a photo. */
export const jpeg = async (width = 320, height = 200, background = '#336699'): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background } })
      .jpeg()
      .toBuffer(),
  );

export interface TelegramRig {
  server: EmulatedTelegram;
  platform: ConnectedPlatform;
  talk: ChatTalk;
  turns: ReturnType<typeof notedTurns>;
  /** Whom an admin let in. */
  admitted: Map<ChannelKey, Role>;
  /** All lines that were logged. */
  logged: () => string;
  close(): Promise<void>;
}

/** The adapter as the worker connects it, with an emulated Bot API. `env`: may need the chats that `server` has. */
export async function startTelegramRig(
  env: (server: EmulatedTelegram) => Record<string, string> = () => ({}),
  apiUrl: (server: EmulatedTelegram) => string = ({ url }) => url,
): Promise<TelegramRig> {
  const server = await startEmulatedTelegram({ token: telegramToken });
  const turns = notedTurns();
  const admitted = new Map<ChannelKey, Role>();
  const access: ChatAccess = { roleOf: async (who) => admitted.get(who) ?? null };
  let lines = '';
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString();
      done();
    },
  });
  const config = z.object(telegramWorkerEnv).parse({ TELEGRAM_BOT_TOKEN: telegramToken, TELEGRAM_API_URL: apiUrl(server), ...env(server) });
  const platform = telegram.connect(config, { turns, access, log: createLogger('test', 'info', output) });
  if (!platform?.talk) throw new Error('Telegram is not configured');
  return { server, platform, talk: platform.talk, turns, admitted, logged: () => lines, close: () => server.close() };
}

const section = (text: string, over: Partial<PostSection> = {}): PostSection => ({ text: [{ text }], buttons: [], menu: [], ...over });

/** A visit's post with a button. */
export const visitPost = (text: string): Post => ({
  summary: text,
  picture: { title: 'Front door', altText: 'Snapshot' },
  sections: [section(text, { buttons: [{ label: 'This is…', target: { action: 'is', visit: 'v1', number: 1, subject: null } }] })],
  footer: [],
});

/** Sends a post, and says what was saved meanwhile. */
export async function sendPost(
  { platform }: Pick<TelegramRig, 'platform'>,
  over: Partial<NewPost> & Pick<NewPost, 'channel'>,
): Promise<{ done: PostProgress; saved: PostProgress[] }> {
  const saved: PostProgress[] = [];
  const bytes = await jpeg();
  const message: NewPost = {
    key: 'visit-1',
    post: visitPost('1: Ada'),
    picture: { ...madePicture(), bytes: async () => bytes },
    thread: null,
    progress: null,
    ...over,
  };
  const done = await platform.posts.send(message, async (progress) => void saved.push(progress), new AbortController().signal);
  return { done, saved };
}
