import { createHash } from 'node:crypto';
import type { PublicPicture, ChatDirectory } from '@watchpost/shared/chat/directory';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { KeptPictures } from '@watchpost/feeds/feed-store';
import { preparePicture } from '@watchpost/handoff/prepare-picture';

export interface KeepPictureDeps {
  keptPictures: Pick<KeptPictures, 'putAs'>;
  log: Logger;
}

/** Larger ones are not copied, bytes. */
const maxBytes = 4_194_304;
/** Copies are at most so wide, pixels. */
const widthPx = 192;
const mostPixels = 16_000_000;

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** How the name of a copy begins: whose it is, and which picture. */
const startOf = (owner: string, { id, url }: PublicPicture): string => `${short(owner)}-${short(`${id} ${url}`)}.`;

/**
 * Keeps a small copy of a picture, so that readers never load it from the platform. Resolves to its name: the one before, if that is of
 * this picture, or if this one cannot be had now; null: there is none. `owner`: whose it is; two never share a copy.
 */
export async function keepPicture(
  owner: string,
  picture: PublicPicture | null,
  before: string | null,
  directory: Pick<ChatDirectory, 'publicPicture'>,
  deps: KeepPictureDeps,
  signal: AbortSignal,
): Promise<string | null> {
  if (!picture) return null;
  const start = startOf(owner, picture);
  if (before?.startsWith(start)) return before;
  const copy = await copyOf(picture.url, directory, deps, signal);
  if (!copy) return before;
  const name = `${start}${copy.extension}`;
  await deps.keptPictures.putAs(name, copy.bytes, copy.mimeType, null, signal);
  return name;
}

/** Null: it cannot be had now. A name is worth more than a picture: it does not wait for that. */
async function copyOf(url: string, directory: Pick<ChatDirectory, 'publicPicture'>, { log }: KeepPictureDeps, signal: AbortSignal) {
  try {
    const bytes = await directory.publicPicture(url, maxBytes, signal);
    return await preparePicture(bytes, { widthPx, productId: null, mostPixels }, signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'aborted') throw error;
    log.info({ err: error }, 'a picture of a member or an emoji could not be copied');
    return null;
  }
}
