import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import { saveDelivery, stateOfAll, type Delivery, type DeliveryState } from './deliveries.ts';

export interface TellAuthorDeps {
  documents: DocumentStore;
  log: Logger;
}

/** As the old service had them: on the way, published, not published. */
const emoji: Record<DeliveryState, string | null> = { none: null, waiting: 'clock1', there: 'rocket', failed: 'x' };

/** One line in the log is enough for platforms that refuse reactions. */
const told = new WeakSet<Logger>();

/**
 * Notes how far a feed has come, and tells the author by a reaction to the message. Resolves to why that could not be done now, if another
 * attempt may help.
 */
export async function tellAuthor(
  entry: Pick<Entry, 'channel' | 'messageId' | 'author' | 'deletedAtUs'> | null,
  of: Pick<Entry, 'channel' | 'messageId'>,
  feed: Feed,
  state: DeliveryState,
  { reactions }: Pick<ConnectedPlatform, 'reactions'>,
  { documents, log }: TellAuthorDeps,
  signal: AbortSignal,
): Promise<AppError | null> {
  const noted = await saveDelivery(documents, of, (now) => withState(now, feed.slug, state), null, signal);
  const canTell = entry?.deletedAtUs === null && entry.author?.member != null && entry.author.bot === null && feed.source === 'messages';
  const wanted = canTell ? emojiOf(noted) : noted.reaction;
  if (wanted === noted.reaction || !reactions) return null;
  try {
    if (wanted !== null) await reactions.add(of, wanted, signal);
    if (noted.reaction !== null) await reactions.remove(of, noted.reaction, signal);
  } catch (thrown) {
    const err = toAppError(thrown);
    if (signal.aborted) throw err;
    if (err.retry === 'transient') return err;
    if (!told.has(log)) {
      told.add(log);
      log.warn({ err }, 'authors are not told how far their pictures are: the app needs reactions:write, and a place in the channel');
    }
    return null;
  }
  await saveDelivery(documents, of, (now) => ({ ...now, reaction: wanted }), null, signal);
  return null;
}

const withState = (now: Delivery, slug: string, state: DeliveryState): Delivery => ({ ...now, feeds: { ...now.feeds, [slug]: state } });

/** Of all feeds together. */
const emojiOf = ({ feeds }: Delivery): string | null => emoji[stateOfAll(Object.values(feeds))];
