import type { ConnectedPlatform } from '@watchpost/shared/chat/platform';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Violation } from '@watchpost/rules/violation';
import { authorMessageOf } from '@watchpost/rules/words/author-message';
import { isPerson } from '../findings.ts';
import { mayPass } from './patience.ts';
import { isOver, neverPosted, progressSaver, save, type StoreDeps } from './store.ts';

export interface TellAuthorDeps extends StoreDeps {
  log: Logger;
}

/** Tells the author once what was removed, or what is to be deleted by hand; not bots, and nothing of what was only reported. */
export async function tellAuthor(
  violation: Violation,
  { members }: Pick<ConnectedPlatform, 'members'>,
  deps: TellAuthorDeps,
  signal: AbortSignal,
): Promise<Violation> {
  const { id, message, told, removal } = violation;
  const { member } = message.author;
  if (removal.state !== 'removed' && removal.state !== 'failed') return violation;
  if (member === null || !isPerson(message.author) || isOver(told)) return violation;
  const write = (now: Violation, progress: Violation['told']): Violation => ({ ...now, told: progress });
  const saving = progressSaver(violation, { read: (now) => now.told, write }, deps, signal);
  const post = { key: `author-${id}`, post: authorMessageOf(violation), picture: null, thread: null, progress: told };
  try {
    return { ...violation, told: await members.message(member, post, saving, signal) };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (mayPass(error)) throw error;
    deps.log.warn({ err: error, violation: id }, 'the author of a removed message could not be told');
    return save(violation, (now) => write(now, neverPosted), deps, signal);
  }
}
