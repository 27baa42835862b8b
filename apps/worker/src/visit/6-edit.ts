import type { Visit } from '@watchpost/visits/visit';
import { change } from './1-gather.ts';
import type { Described } from './2-describe.ts';
import type { SendDeps } from './5-send.ts';

/** A visit that is in the channel. */
export interface ShownVisit {
  channel: NonNullable<Visit['post']>['channel'];
  messageId: string;
  fileId: string | null;
}

/** Where a visit is shown; null: nowhere, or no more. */
export function shownOf({ post }: Visit): ShownVisit | null {
  if (post?.progress?.state !== 'posted' || post.progress.messageId === null) return null;
  return { channel: post.channel, messageId: post.progress.messageId, fileId: post.progress.fileId };
}

/** Makes the post say this, unless it does. Resolves to the visit as stored. */
export async function edit(visit: Visit, { post, hash }: Described, deps: SendDeps, signal: AbortSignal): Promise<Visit> {
  const shown = shownOf(visit);
  if (!shown || visit.shownHash === hash) return visit;
  await deps.keepLease();
  const outcome = await deps.platform.posts.edit({ ...shown, post }, signal);
  return outcome === 'gone' ? gone(visit, deps, signal) : change(deps, visit.id, (now) => ({ ...now, shownHash: hash }), signal);
}

/** Somebody has deleted the post: it is never posted again. */
export async function gone({ id }: Visit, deps: SendDeps, signal: AbortSignal): Promise<Visit> {
  const isGone = ({ post }: Visit): Visit['post'] => post?.progress ? { ...post, progress: { ...post.progress, state: 'gone' } } : post;
  return change(deps, id, (now) => ({ ...now, post: isGone(now) }), signal);
}
