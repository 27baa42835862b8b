import { isDeepStrictEqual } from 'node:util';
import type { PictureFile } from '@watchpost/shared/chat/written';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed, FeedPictures } from '@watchpost/feeds/feed';
import type { Destination } from '@watchpost/handoff/destination';
import { prepare, type PrepareDeps } from './2-prepare.ts';
import { isSameFile, saveDelivery, type DeliveredPicture, type Delivery } from './deliveries.ts';
import { destinationOf, type DestinationDeps } from './destinations.ts';

export interface BringDeps extends PrepareDeps, DestinationDeps {
  documents: DocumentStore;
}

export interface Bringing {
  entry: Entry;
  feed: Feed;
  pictures: FeedPictures;
  platform: Pick<ConnectedPlatform, 'chat'>;
  /** When nobody is to see the picture any more, milliseconds since 1970. */
  expiresAtMs: number;
}

/**
 * Brings one picture to where readers load it from. Resolves when it is there; rejects with `handoff-waiting` while it is not, with
 * `destination-refused` and `destination-unavailable`, and as downloads do. `item`: how far an earlier attempt came.
 */
export async function bring(
  file: PictureFile,
  item: DeliveredPicture | null,
  bringing: Bringing,
  deps: BringDeps,
  signal: AbortSignal,
): Promise<DeliveredPicture> {
  const isKnown = item !== null && item.url !== null && isDeepStrictEqual(item.destination, bringing.pictures.destination);
  const written = isKnown ? item : await write(file, bringing, deps, signal);
  const destination = destinationOf(written, bringing.expiresAtMs, deps);
  if (!destination.wait || written.url === null) return written;
  return look(written, destination.wait, destination, bringing, deps, signal);
}

async function write(file: PictureFile, bringing: Bringing, deps: BringDeps, signal: AbortSignal): Promise<DeliveredPicture> {
  const { entry, feed, pictures, platform, expiresAtMs } = bringing;
  const { bytes, ...ready } = await prepare(file, bringing, platform, deps, signal);
  const { name, mimeType, widthPx, heightPx } = ready;
  const item: DeliveredPicture = {
    feed: feed.slug,
    fileId: file.id,
    name,
    destination: pictures.destination,
    url: null,
    looks: 0,
    widthPx,
    heightPx,
    mimeType,
    sizeBytes: bytes.length,
  };
  // Noted first: what nobody knows of could not be removed after a kill.
  await saveDelivery(deps.documents, entry, withItem(item), { byMs: expiresAtMs }, signal);
  throwIfAborted(signal);
  const { url } = await destinationOf(item, expiresAtMs, deps).put({ name, bytes, mimeType }, signal);
  const written = { ...item, url };
  await saveDelivery(deps.documents, entry, withItem(written), null, signal);
  return written;
}

async function look(
  item: DeliveredPicture,
  { everyMs, times }: NonNullable<Destination['wait']>,
  destination: Destination,
  { entry }: Bringing,
  { documents }: BringDeps,
  signal: AbortSignal,
): Promise<DeliveredPicture> {
  if (item.url !== null && (await destination.isThere(item.url, signal))) return item;
  const looked = { ...item, looks: item.looks + 1 };
  await saveDelivery(documents, entry, withItem(looked), null, signal);
  if (looked.looks >= times)
    throw new AppError(
      'destination-refused',
      `the picture was written, but its address still does not answer after ${times} looks: check \`publicUrl\` and \`wait\``,
    );
  throw new AppError('handoff-waiting', 'the picture was written, and its address does not answer yet', { retryAfterMs: everyMs });
}

/** With what is known of one file at one destination. */
const withItem =
  (item: DeliveredPicture) =>
  (now: Delivery): Delivery => ({ ...now, items: [...now.items.filter((each) => !isSameFile(each, item)), item] });
