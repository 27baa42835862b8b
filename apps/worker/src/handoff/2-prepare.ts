import { createHash } from 'node:crypto';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { PictureFile } from '@watchpost/shared/chat/written';
import { sniff } from '@watchpost/shared/sniff';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed, FeedPictures } from '@watchpost/feeds/feed';
import type { OutgoingPicture } from '@watchpost/handoff/destination';
import { type Pixels, preparePicture } from '@watchpost/handoff/prepare-picture';
import { decode } from '@watchpost/see/picture/decode';

export interface PrepareDeps {
  /** The picture of a visit, drawn for the feed. */
  boardPicture: (fileId: string, feed: Feed, signal: AbortSignal) => Promise<Uint8Array>;
  /** Larger files are refused. */
  maxBytes: number;
  maxPixels: number;
}

/** A picture as it will be published. */
export interface ReadyPicture extends OutgoingPicture {
  widthPx: number;
  heightPx: number;
}

/** Fetches a picture and makes it ready for readers. Rejects as ChatPlatform.download and preparePicture do. */
export async function prepare(
  file: PictureFile,
  { entry, feed, pictures }: { entry: Entry; feed: Feed; pictures: FeedPictures },
  { chat }: Pick<ConnectedPlatform, 'chat'>,
  deps: PrepareDeps,
  signal: AbortSignal,
): Promise<ReadyPicture> {
  const bytes = file.id.startsWith('visit:') ? await deps.boardPicture(file.id, feed, signal) : await download(file, chat, deps, signal);
  const message = entry.messageId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const hash = createHash('sha256')
    .update(`${file.id} ${pictures.widthPx} ${pictures.productId} `)
    .update(bytes)
    .digest('hex')
    .slice(0, 12);
  const id = `${message}-${hash}`.slice(-32).replace(/^-/, '');
  const options = {
    widthPx: pictures.widthPx,
    productId: pictures.productId === 'keep' ? id : null,
    mostPixels: deps.maxPixels,
  };
  const { extension, ...made } = await preparePicture(await pixelsOf(bytes, deps), options, signal);
  return { ...made, name: `${feed.slug}-${id}.${extension}` };
}

/** HEIC cannot be decoded here: the platform has a thumbnail of it. */
async function download(
  file: PictureFile,
  chat: ConnectedPlatform['chat'],
  { maxBytes }: PrepareDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const original = await chat.download(file, { maxBytes, source: 'original' }, signal);
  return sniff(original) === 'heic' ? chat.download(file, { maxBytes, source: 'thumbnail' }, signal) : original;
}

/** Bitmaps, which need another decoder, as pixels. */
async function pixelsOf(bytes: Uint8Array, { maxPixels }: PrepareDeps): Promise<Uint8Array | Pixels> {
  const format = sniff(bytes);
  if (format !== 'bmp' && format !== 'ico') return bytes;
  return (await decode(bytes, { maxPixels, workPixels: maxPixels })).picture;
}
