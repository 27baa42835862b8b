import type { SlackMessage } from './2-parse.ts';

/** The cameras named in recent captions, by channel and author. Keeps camera names only, never a message's text. */
export interface RecentCaptions {
  remember(message: SlackMessage, camera: string): void;
  /** The camera in the caption that belongs to this message, or null. */
  cameraFor(message: SlackMessage): string | null;
}

export interface RecentCaptionsOptions {
  /** How long after its caption a file may come, by the timestamps of the two messages. Milliseconds. */
  maxAgeMs?: number;
  /** Beyond this number, the authors whose last caption is oldest are forgotten. */
  maxAuthors?: number;
}

interface Caption {
  atMs: number;
  messageId: string;
  camera: string;
  /** A file has come for it, or for a later caption. */
  used: boolean;
}

const captionsPerAuthor = 8;

/**
 * Cameras post a caption and then the file, as two messages of the same bot; one bot often posts for many cameras. So the last
 * caption counts, unless captions of two cameras are waiting for a file: then we cannot tell whose file comes first, and no
 * camera is better than the wrong one. A file in the thread of its caption is unambiguous.
 *
 * In memory only. With several ingest processes, or after a restart, a caption may be missing; the camera is then unknown.
 */
export function createRecentCaptions({ maxAgeMs = 10_000, maxAuthors = 1_000 }: RecentCaptionsOptions = {}): RecentCaptions {
  const byAuthor = new Map<string, Caption[]>();

  /** A message may identify its author as a user, as a bot, or as both. */
  const keysOf = ({ channel, author }: SlackMessage): string[] =>
    [author.botId, author.userId].filter((id) => id !== null).map((id) => `${channel} ${id}`);

  const captionsBefore = (message: SlackMessage): Caption[] => {
    const captions = new Set(keysOf(message).flatMap((key) => byAuthor.get(key) ?? []));
    return [...captions]
      .filter(({ atMs }) => atMs <= message.postedAtMs && message.postedAtMs - atMs <= maxAgeMs)
      .toSorted((a, b) => a.atMs - b.atMs);
  };

  return {
    remember: (message, camera) => {
      const caption: Caption = { atMs: message.postedAtMs, messageId: message.messageId, camera, used: false };
      for (const key of keysOf(message)) {
        const captions = byAuthor.get(key) ?? [];
        // Slack sometimes delivers an event more than once.
        if (captions.some(({ messageId }) => messageId === caption.messageId)) continue;
        byAuthor.delete(key);
        byAuthor.set(key, [...captions, caption].slice(-captionsPerAuthor));
      }
      for (const oldest of byAuthor.keys()) {
        if (byAuthor.size <= maxAuthors) break;
        byAuthor.delete(oldest);
      }
    },
    cameraFor: (message) => {
      const captions = captionsBefore(message);
      const own = captions.find(({ messageId }) => messageId === message.threadId);
      if (own) return own.camera;
      const last = captions.at(-1);
      if (!last || captions.some(({ used, camera }) => !used && camera !== last.camera)) return null;
      for (const caption of captions) caption.used = true;
      return last.camera;
    },
  };
}
