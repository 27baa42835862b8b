import { AppError } from '@watchpost/shared/errors';

const pictures = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const alsoMedia = new Set(['application/ogg', 'application/mp4']);

/**
 * Refuses a file whose first bytes are not those of sound, film or a picture: pages, playlists and archives, whatever they call themselves.
 * Rejects with `conversion-failed`.
 */
export async function refuseOther(file: string): Promise<void> {
  if (!(await isMedia(file))) throw new AppError('conversion-failed', 'what the link leads to is no sound, film or picture');
}

/** Whether a file begins as sound, film or a picture does. False for one that cannot be read. */
export async function isMedia(file: string): Promise<boolean> {
  const { fileTypeFromFile } = await import('file-type');
  const type = await fileTypeFromFile(file).catch(() => undefined);
  const mime = type?.mime.split(';')[0] ?? '';
  return mime.startsWith('audio/') || mime.startsWith('video/') || pictures.has(mime) || alsoMedia.has(mime);
}
