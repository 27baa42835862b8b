import { platformOf, type ChannelKey } from '@watchpost/shared/chat/chat';
import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { databaseNow } from '@watchpost/shared/documents/database-clock';
import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createKnownPosts, isRefusedNow } from '@watchpost/privacy/receipts/known-posts';
import type { Subscriptions } from '@watchpost/visits/subscriptions';
import { createNotes } from '../interaction/press/notes.ts';
import { throwIfAborted } from '@watchpost/shared/wait';
import { removeFile } from '../visit/remove-file.ts';
import { makeDigest, type DigestDeps } from './daily-digest.ts';
import { noticesNaming, saveNotice, type Notice } from './notice.ts';

export interface ForgetDeps extends Pick<DigestDeps, 'visits' | 'cameras' | 'records' | 'questions' | 'documents' | 'gallery' | 'now'> {
  subscriptions: Subscriptions;
  platforms: readonly ConnectedPlatform[];
  log: Logger;
}

/** Takes people who are forgotten out of digests, messages that are not sent yet, subscriptions, and notes of what readers did. Nothing is done of those who are still known. */
export async function forgetInNotices(personIds: readonly string[], deps: ForgetDeps, signal: AbortSignal): Promise<void> {
  const notes = createNotes(deps.documents);
  const knownPosts = createKnownPosts(deps.documents);
  for (const id of personIds) {
    if ((await deps.gallery.person(id, signal)) !== null) continue;
    await deps.subscriptions.forget(id, signal);
    for (const visit of await deps.visits.withPersons([id], 0, signal)) await notes.forget(visit.id, id, signal);
    for (const notice of await noticesNaming(deps.documents, id, signal)) {
      const post = await knownPosts.get({ kind: 'notice', id: notice.id }, signal);
      if (post && isRefusedNow(post, await databaseNow(deps.documents, signal))) continue;
      try {
        await forgetIn(notice, id, deps, signal);
        // Messages to members are changed by whoever changes posts.
        if (post && 'channel' in notice.to) await knownPosts.without(post, [id], signal);
      } catch (error) {
        throwIfAborted(signal);
        const err = toAppError(error);
        // The others must not wait for it: it is counted until it is done, and the receipt says why.
        if (post?.refused?.code !== err.code)
          deps.log.warn({ err, notice: notice.id }, 'a digest that names somebody who is forgotten cannot be changed yet');
        if (post) await knownPosts.refused(post, err.code, signal);
      }
    }
  }
}

async function forgetIn(
  { id, ...notice }: Notice & { id: string },
  personId: string,
  deps: ForgetDeps,
  signal: AbortSignal,
): Promise<void> {
  const again = await madeAgain(notice, deps, signal);
  // Written after the post: whoever is killed in between does it again.
  const fileId = await edit({ ...notice, persons: notice.persons ?? [personId] }, again, deps, signal);
  const left = notice.progress?.state === 'posted' ? { post: null, sheet: [] } : again;
  const progress = notice.progress && { ...notice.progress, fileId };
  const persons = notice.persons?.filter((each) => each !== personId) ?? [];
  await saveNotice(deps.documents, id, { ...notice, ...left, persons, progress }, deps.now(), signal);
}

async function madeAgain(
  { about, to }: Omit<Notice, 'id'>,
  deps: ForgetDeps,
  signal: AbortSignal,
): Promise<Pick<Notice, 'post' | 'sheet'>> {
  if (!about || !('channel' in to)) return { post: null, sheet: [] };
  const { post, sheet } = await makeDigest(about, platformOf(to.channel), deps, signal);
  return { post, sheet };
}

const nothing = {
  summary: 'The last day',
  picture: null,
  sections: [{ text: [{ text: 'Nobody to report.' }], buttons: [], menu: [] }],
  footer: [],
};

/** A digest that is posted loses its contact sheet, which bears the name. Resolves to the picture that is left. */
async function edit(
  { to, progress, persons = [] }: Omit<Notice, 'id'>,
  { post }: Pick<Notice, 'post'>,
  deps: ForgetDeps,
  signal: AbortSignal,
): Promise<string | null> {
  if (!progress || !('channel' in to)) return progress?.fileId ?? null;
  const platform = platformFor(to.channel, deps.platforms);
  const { messageId, fileId } = progress;
  if (messageId !== null) await platform.posts.edit({ channel: to.channel, messageId, fileId: null, post: post ?? nothing }, signal);
  if (fileId !== null) await removeFile({ fileId, channel: to.channel, persons, atMs: deps.now() }, { ...deps, platform }, signal);
  return null;
}

function platformFor(channel: ChannelKey, platforms: readonly ConnectedPlatform[]): ConnectedPlatform {
  const found = platforms.find(({ prefix }) => prefix === platformOf(channel));
  if (!found) throw new AppError('internal', `no platform posts in ${channel}`);
  return found;
}
