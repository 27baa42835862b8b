import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { Subscriptions } from '@watchpost/visits/subscriptions';
import type { Gathered } from './1-gather.ts';
import type { PostNotice } from '../notice/notice.ts';

export type TellSubscribers = (gathered: Pick<Gathered, 'visit' | 'view'>, signal: AbortSignal) => Promise<void>;

export interface TellDeps {
  subscriptions: Subscriptions;
  gallery: Gallery;
  cameras: Cameras;
  postNotice: PostNotice;
  now: () => number;
}

/** Queues a message to everybody who wants to know of somebody in this visit; once for each visit. */
export function createTellSubscribers({ subscriptions, gallery, cameras, postNotice, now }: TellDeps): TellSubscribers {
  return async ({ visit, view }, signal) => {
    // They were told of these persons a moment ago.
    if (visit.verdict === 'cooldown') return;
    const currentId = async (personId: string): Promise<string | null> => (await gallery.person(personId, signal))?.id ?? null;
    const tellings = await subscriptions.matching({ visit, view, timeZone: cameras.timeZone(), nowMs: now(), currentId }, signal);
    for (const { noticeId, personId, platform, member, post } of tellings) {
      await postNotice({ id: noticeId, to: { platform, member }, post, sheet: [], persons: [personId] }, signal);
    }
  };
}
