import type { ChatPlatform } from '@watchpost/shared/chat/chat';
import type { Post } from '@watchpost/shared/chat/post';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import type { Gallery } from '@watchpost/gallery/gallery';
import { hashOf, postOf } from '@watchpost/visits/post';
import type { Visit } from '@watchpost/visits/visit';
import type { Gathered } from './1-gather.ts';
import type { Links } from './links.ts';

export interface DescribeDeps {
  gallery: Gallery;
  cameras: Cameras;
  links: Links;
  now: () => number;
}

export interface Described {
  post: Post;
  hash: string;
}

/** The visit in words, with what can be done about it. `pictureOf`: the snapshot that its picture shows; null: it has none. */
export async function describe(
  { visit, view }: Pick<Gathered, 'visit' | 'view'>,
  pictureOf: string | null,
  chat: ChatPlatform,
  { gallery, cameras, links, now }: DescribeDeps,
  signal: AbortSignal,
): Promise<Described> {
  const shown = visit.snapshots.find(({ snapshotId }) => snapshotId === pictureOf) ?? visit.snapshots.at(-1);
  const url = shown ? await links.of(visit.channel, shown.messageId, chat, signal) : null;
  const post = postOf({
    visit,
    view,
    links: shown && url !== null ? [{ snapshotId: shown.snapshotId, url }] : [],
    names: await namesOf(visit, gallery, signal),
    nowMs: now(),
    timeZone: cameras.timeZone(),
    pictureOf,
  });
  return { post, hash: hashOf(post) };
}

/** Of those whom readers spoke about, as they are called now. */
async function namesOf({ said, lastChange }: Visit, gallery: Gallery, signal: AbortSignal): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const id of [...said.map(({ notPerson }) => notPerson), lastChange?.person ?? null]) {
    const person = id === null ? null : await gallery.person(id, signal);
    if (id !== null && person) names.set(id, person.name);
  }
  return names;
}
