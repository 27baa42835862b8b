import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { ChatFile } from '@watchpost/shared/chat/chat';

/** Thumbnails by their longest side, best for recognition first. The original is better than any. */
const thumbnails = ['thumb_1024', 'thumb_960', 'thumb_800', 'thumb_720', 'thumb_480', 'thumb_360'] as const;

// One odd field must not lose the picture: what is not as it should be counts as absent.
const text = z.string().nullish().catch(null);
const share = z
  .array(z.looseObject({ ts: z.string().optional().catch(undefined) }).catch({}))
  .optional()
  .catch(undefined);
const shares = z.record(z.string(), share).optional().catch(undefined);
/** A number, or its digits. Not `z.coerce`, which takes `false` for 0. */
const size = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().nonnegative());

/** The part of Slack's file object that we use, from an event or files.info. Unknown fields are allowed; every field but `id` may be odd. */
export const slackFileSchema = z.looseObject({
  id: z.string().min(1),
  name: text,
  mimetype: text,
  size: size.nullish().catch(null),
  mode: text,
  file_access: text,
  is_external: z.boolean().optional().catch(undefined),
  url_private: text,
  url_private_download: text,
  thumb_1024: text,
  thumb_960: text,
  thumb_800: text,
  thumb_720: text,
  thumb_480: text,
  thumb_360: text,
  shares: z.looseObject({ public: shares, private: shares }).optional().catch(undefined),
});
export type SlackFile = z.infer<typeof slackFileSchema>;

/** Slack's file as ours. `url` is null for a Slack Connect stub: files.info has the rest. */
export function toChatFile(file: SlackFile): ChatFile {
  const thumbnail = thumbnails.map((size) => file[size]).find((url) => typeof url === 'string' && url !== '');
  return {
    id: file.id,
    name: file.name ?? null,
    mimeType: file.mimetype ?? null,
    sizeBytes: file.size ?? null,
    url: isStub(file) ? null : file.url_private_download || file.url_private || null,
    thumbnailUrl: thumbnail ?? null,
  };
}

/** Slack Connect sends `check_file_info` instead of the file: files.info has it. */
export function isStub(file: SlackFile): boolean {
  return file.mode === 'file_access' || file.file_access === 'check_file_info';
}

/** Why there is nothing to download, a permanent error; null if there is. */
export function whyNoFile(file: SlackFile): AppError | null {
  if (file.mode === 'tombstone' || file.mode === 'hidden_by_limit') return new AppError('file-gone', `file is ${file.mode}`);
  if (file.file_access === 'access_denied') return new AppError('file-forbidden', 'Slack denies access to the file');
  if (file.file_access === 'file_not_found') return new AppError('file-gone', 'file not found');
  if (file.mode === 'external' || file.is_external) return new AppError('file-external', 'the file is stored outside Slack');
  return null;
}

/** The message that shares a file in a channel, or null if none does. */
export function sharedIn(file: SlackFile, channel: string): string | null {
  for (const group of [file.shares?.public, file.shares?.private]) {
    const ts = group?.[channel]?.find((post) => post.ts)?.ts;
    if (ts) return ts;
  }
  return null;
}
