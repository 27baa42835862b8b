import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createKnownPosts } from '@watchpost/privacy/receipts/known-posts';
import type { Place } from '@watchpost/privacy/receipts/place';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { createEnvelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createSubscriptions } from '@watchpost/visits/subscriptions';
import { createVisits } from '@watchpost/visits/visits';
import { privacyPlaces } from '@watchpost/worker/privacy/privacy-places';

const unasked = async (): Promise<never> => Promise.reject(new AppError('internal', 'nobody asks for this in this bench'));

/** A chat that answers at once: how long it really takes is Slack's and Telegram's business. */
const platform: ConnectedPlatform = {
  prefix: 'slack',
  chat: { check: unasked, permalink: unasked, download: unasked },
  posts: {
    send: unasked,
    edit: async () => 'edited',
    swapPicture: unasked,
    upload: unasked,
    withdraw: async () => undefined,
    remove: async () => undefined,
  },
  members: {
    mayRead: unasked,
    mayName: unasked,
    mayAdminister: unasked,
    tell: unasked,
    answer: unasked,
    message: unasked,
    showHome: unasked,
    memberName: unasked,
  },
  moderation: null,
  directory: null,
  reactions: null,
  talk: null,
  writeChannel: null,
  adminChannel: null,
};

/** All places of the worker, with a chat that answers at once and an empty queue. */
export function allPlaces({ documents, gallery, questions, records, kept }: OpenedGallery, log: Logger): Place[] {
  const nothing = { settingsOf: () => never(), nameOf: () => null, timeZone: () => 'UTC', digestAtMinute: () => null };
  return privacyPlaces({
    documents,
    gallery,
    questions,
    records,
    holdings: kept.holdings,
    visits: createVisits(documents),
    subscriptions: createSubscriptions(documents),
    cameras: { ...nothing, close: () => undefined },
    platforms: [platform],
    feeds: { all: () => [], get: () => null },
    entries: { apply: unasked },
    envelope: createEnvelope(['a key that seals nothing in this bench'], 'jobs'),
    sender: { send: async () => undefined },
    sendTimeoutMs: 1_000,
    useAdmin: (use) => use({ find: async () => [], list: async () => [], drop: async () => [] }),
    settings: { forgetPosts: 'redraw' },
    now: Date.now,
    log,
  });
}

function never(): never {
  throw new AppError('internal', 'there are no cameras in this bench');
}

/** Posts that stand in a channel although their visits have expired. */
export async function fillPosts({ documents }: OpenedGallery, personId: string, count: number, signal: AbortSignal): Promise<void> {
  const posts = createKnownPosts(documents);
  for (let index = 0; index < count; index += 1) {
    const about = { kind: 'visit' as const, id: `expired-${index}` };
    await posts.note(
      { about, channel: 'slack:C1', messageId: String(index), pictures: [], persons: [personId], atMs: Date.now() - index },
      signal,
    );
  }
}
